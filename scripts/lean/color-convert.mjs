// What chalk asks of it for `#rrggbb`; of the other colour spaces nobody speaks here.
const number = (text) => Number.parseInt(/[\da-f]{6}/i.exec(text)?.[0] ?? '0', 16);
const toRgb = (text) => [number(text) >> 16, (number(text) >> 8) & 255, number(text) & 255];

const ansi256 = ([r, g, b]) => {
  if (r !== g || g !== b) return 16 + 36 * Math.round(r / 51) + 6 * Math.round(g / 51) + Math.round(b / 51);
  return r < 8 ? 16 : r > 248 ? 231 : Math.round(((r - 8) / 247) * 24) + 232;
};
const ansi16 = ([r, g, b]) => {
  const value = Math.round((Math.max(r, g, b) / 255) * 2);
  const bits = (Math.round(b / 255) << 2) | (Math.round(g / 255) << 1) | Math.round(r / 255);
  return value === 0 ? 30 : 30 + bits + (value === 2 ? 60 : 0);
};

export const hex = {
  rgb: toRgb,
  ansi16: (text) => ansi16(toRgb(text)),
  ansi256: (text) => ansi256(toRgb(text)),
};
