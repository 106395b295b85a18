// English only, inlined: y18n reads its locale file at every start. Same interface, as far as yargs uses it.
import { format } from 'node:util';
import en from 'yargs-locale-en';

const messages: Record<string, unknown> = en;

export default function y18n() {
  const __ = (text: string, ...values: unknown[]): string => format(messages[text] ?? text, ...values);
  const __n = (one: string, many: string, count: number, ...values: unknown[]): string => {
    const entry = (messages[one] ?? { one, other: many }) as { one: string; other: string };
    const text = count === 1 ? entry.one : entry.other;
    return text.includes('%d') ? format(text, count, ...values) : format(text, ...values);
  };
  return {
    __,
    __n,
    getLocale: () => 'en',
    setLocale: () => {},
    updateLocale: (changes: Record<string, unknown>) => Object.assign(messages, changes),
    locale: 'en',
  };
}
