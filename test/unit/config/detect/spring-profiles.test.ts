import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectProject } from '../../../../src/config/detect/index.ts';
import { type Files, projectOf } from './files.ts';

const POM = '<artifactId>spring-boot-starter-web</artifactId>\n';
const spring = (more: Files): Files => ({
  'pom.xml': POM,
  'src/main/java/a/Main.java': '@SpringBootApplication class Main {}\n',
  'src/main/resources/application.yaml': 'server:\n  port: 8090\n',
  'src/main/resources/application-dev.yaml': 'proxy: http://localhost:3000\n',
  ...more,
});

for (const [name, files, env, expected] of [
  ['settings for developers that nothing turns on', {}, {}, true],
  [
    'the build turns on another one',
    { 'pom.xml': `${POM}<arg>--spring.profiles.active=doc</arg>\n` },
    {},
    true,
  ],
  [
    'the build turns it on',
    { 'pom.xml': `${POM}<spring.profiles.active>dev</spring.profiles.active>\n` },
    {},
    false,
  ],
  [
    'the settings say which',
    { 'src/main/resources/application.yaml': 'spring:\n  profiles:\n    active: dev\n' },
    {},
    false,
  ],
  [
    'a comment does not',
    { 'src/main/resources/application.yaml': '#spring.profiles.active=dev\nserver.port: 8090\n' },
    {},
    true,
  ],
  ['the shell turns it on', {}, { SPRING_PROFILES_ACTIVE: 'dev' }, false],
] as const) {
  test(`Spring's profiles: ${name}`, async () => {
    const root = await projectOf(spring(files));
    const { notes } = await detectProject(root, { prod: false, env: { PATH: '', ...env } });
    assert.equal(
      notes.some((note) => note.includes('SPRING_PROFILES_ACTIVE=dev devstart')),
      expected,
    );
  });
}
