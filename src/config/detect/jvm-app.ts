import path from 'node:path';
import { programFile } from '../../system/programs.ts';
import type { Project } from './project.ts';
import { anySource } from './sources.ts';

/** Java and Kotlin builds: which of them are a server, and which a library or the frame around several. */

type Argv = [string, ...string[]];

/** A server's framework by what a build file says, and the task that starts it in development. */
interface JvmServer {
  /** A plugin or a dependency. */
  says: RegExp;
  gradle?: string;
  maven?: string;
  /** Its main class is known by this; absent: the build names it. */
  main?: RegExp;
}

const servers: JvmServer[] = [
  { says: /\bio\.quarkus\b|quarkus-maven-plugin/, gradle: 'quarkusDev', maven: 'quarkus:dev' },
  {
    says: /org\.springframework\.boot|spring-?boot|spring\.boot/i,
    gradle: 'bootRun',
    maven: 'spring-boot:run',
    main: /@SpringBootApplication\b|@EnableAutoConfiguration\b|\bSpringApplication\b|\brunApplication\s*</,
  },
  { says: /\bmicronaut\b/, gradle: 'run', maven: 'mn:run' },
  { says: /\bio\.ktor\b|ktor-server|\bktor\./, gradle: 'run' },
  { says: /\b(?:javalin|jooby|http4k|helidon|vertx|dropwizard|sparkjava|spark-core)\b/, gradle: 'run' },
];

/** The words that start a Gradle build's server; undefined for a library, or the root of several builds. */
export async function gradleStart(project: Project, dir: string, text: string): Promise<Argv | undefined> {
  const build = withoutComments(text);
  const applied = appliedPlugins(build);
  for (const { says, gradle, main } of servers) {
    if (!gradle || !says.test(build)) continue;
    // `run` is the application plugin's, which Ktor's and Micronaut's bring with them.
    const starts = gradle === 'run' ? /\bapplication\b|io\.ktor\.plugin|ktor\b|micronaut\.application/ : says;
    if (
      !(starts.test(applied) || (gradle === 'run' && OWN_RUN.test(build))) ||
      /\bbootJar\b[^\n]*(?:\{[^}]*)?\benabled\s*=\s*false/.test(build)
    )
      continue;
    if (main && (await hasMain(project, dir, main)) === false) continue;
    return [await wrapper(project, dir, 'gradlew', 'gradle'), gradle];
  }
  return undefined;
}

/** A task of that name of the build's own: Kotlin for several platforms has no application. */
const OWN_RUN = /\btasks?\.(?:register|create)<JavaExec>\(\s*"run"|\btask\s+run\s*\(\s*type\s*:\s*JavaExec/;

/** The words that start a Maven build's server; undefined for a library, or a parent of modules. */
export async function mavenStart(project: Project, dir: string, text: string): Promise<Argv | undefined> {
  const pom = text.replace(/<!--[\s\S]*?-->/g, '');
  if (/<packaging>\s*pom\s*<\/packaging>/.test(pom)) return undefined;
  for (const { says, maven, main } of servers) {
    if (!maven || !says.test(pom)) continue;
    // A module of many files is one where its own build has the plugin: a library has its starters alone.
    const inside = dir !== project.root && (await project.has(path.dirname(dir), 'pom.xml'));
    const unproven = !inside || /spring-boot-maven-plugin/.test(pom);
    if (main && !((await hasMain(project, dir, main)) ?? unproven)) continue;
    return [await wrapper(project, dir, 'mvnw', 'mvn'), maven];
  }
  return undefined;
}

/** Below `src/main/java` every folder is a package: Spring's own generator calls it `com.example`. */
const HIDDEN = /^\./;
const SOURCE = /\.(?:java|kts?|groovy|scala)$/;

/**
 * Sources elsewhere are nobody's proof to the contrary, unless the build is the frame around modules.
 * @returns undefined where there were too many files to tell
 */
async function hasMain(project: Project, dir: string, main: RegExp): Promise<boolean | undefined> {
  const sources = path.join(dir, 'src', 'main');
  const { dirs } = await project.list(sources);
  const languages = ['java', 'kotlin', 'groovy', 'scala'].filter((name) => dirs.has(name));
  if (languages.length === 0) {
    const read = (name: string) => project.text(path.join(dir, name));
    const settings = (await read('settings.gradle')) ?? (await read('settings.gradle.kts')) ?? '';
    return !/^\s*include\b/m.test(settings);
  }
  let found: boolean | undefined = false;
  for (const name of languages) {
    found = await anySource(project, path.join(sources, name), SOURCE, main, 20, HIDDEN);
    if (found !== false) break;
  }
  return found;
}

/** The wrapper script of the folder, or of one above it: a module is built by its root's. */
async function wrapper(project: Project, dir: string, script: string, program: string): Promise<string> {
  const name = programFile(script, script === 'mvnw' ? '.cmd' : '.bat');
  for (const folder of project.upwards(dir)) {
    if (!(await project.has(folder, name))) continue;
    const way = path.relative(dir, path.join(folder, name)).replaceAll(path.sep, '/');
    return way.startsWith('.') ? way : `./${way}`;
  }
  return program;
}

const withoutComments = (text: string) =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

/** The lines that apply a plugin here: not those that only name its version for the modules (`apply false`). Pure. */
export function appliedPlugins(build: string): string {
  return build
    .split('\n')
    .filter((line) => /\bid\b|\bkotlin\(|\balias\b|\bapply\b|\bapplication\b/.test(line))
    .filter((line) => !/\bapply\s*\(?\s*false\b/.test(line))
    .join('\n');
}
