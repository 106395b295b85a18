// Only help lays out columns: cliui, its width tables and its regular expressions load then.
export default function cliui(options: unknown): unknown {
  return require('cliui-itself').default(options);
}
