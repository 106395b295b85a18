import type { Context } from '../context.ts';
import { registeredRuns } from '../control/registry.ts';
import { DevstartError } from '../errors.ts';
import { stateDir } from '../system/state-dir.ts';
import { printSync } from '../ui/print.ts';

/** yargs writes bash's and zsh's itself; these ask the same question. */
const SCRIPTS: Readonly<Record<string, string>> = {
  fish: `# devstart completion fish > ~/.config/fish/completions/devstart.fish
complete -c devstart -f -a '(SHELL=sh devstart --get-yargs-completions (commandline -opc) (commandline -ct))'
`,
  powershell: `# devstart completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName devstart -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | ForEach-Object { "$_" })
  if ($word -eq '') { $words += '""' }
  devstart --get-yargs-completions @words | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`,
};

/** `devstart completion SHELL` for those that yargs does not know. */
export async function completion({ args }: Context): Promise<number> {
  const [shell = ''] = args;
  const script = SCRIPTS[shell === 'pwsh' ? 'powershell' : shell];
  if (script === undefined) {
    throw new DevstartError('USAGE', `there is no completion for "${shell}"`, {
      hint: 'For bash, zsh, fish and powershell there is one.',
    });
  }
  printSync(1, script);
  return 0;
}

/** What a NAME may be: apps and instances of every run, and the runs themselves. */
export async function runningNames(env: Context['env']): Promise<string[]> {
  const runs = registeredRuns(await stateDir(env));
  const names = runs.flatMap(({ project, instances }) => {
    const several = (app: string) => instances.filter((one) => one.app === app).length > 1;
    const inside = instances.map(({ app, instance }) => (several(app) ? `${app}:${instance}` : app));
    return [project, ...instances.map(({ app }) => app), ...inside];
  });
  return [...new Set(names)];
}
