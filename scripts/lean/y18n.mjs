// English only, inlined: y18n reads its locale file at every start. Same interface, as far as yargs uses it.
import { format } from 'node:util';
import en from 'yargs-locale-en';

const messages = en;

export default function y18n() {
  const __ = (text, ...values) => format(messages[text] ?? text, ...values);
  const __n = (one, many, count, ...values) => {
    const entry = messages[one] ?? { one, other: many };
    const text = count === 1 ? entry.one : entry.other;
    return text.includes('%d') ? format(text, count, ...values) : format(text, ...values);
  };
  return {
    __,
    __n,
    getLocale: () => 'en',
    setLocale: () => {},
    updateLocale: (changes) => Object.assign(messages, changes),
    locale: 'en',
  };
}
