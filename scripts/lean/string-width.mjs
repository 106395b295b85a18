// Most texts are ASCII: the tables, the regular expressions and Intl.Segmenter load for others.
export default function stringWidth(text) {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : require('string-width-itself').default(text);
}
