// Only help lays out columns: cliui, its width tables and its regular expressions load then.
export default function cliui(options) {
  return require('cliui-itself').default(options);
}
