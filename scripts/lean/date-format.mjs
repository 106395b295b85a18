/** For concurrently's prefixes, of which we take those without a time. */
export class DateFormatter {
  format() {
    return '';
  }
}
