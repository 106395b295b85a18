export default function stringWidth(text) {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : require('string-width-itself').default(text);
}
