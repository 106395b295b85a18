/** A name that DNS takes (RFC 1123): lower case, digits and dashes, at most 63. Pure. */
export function dnsName(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return plain || 'app';
}

/** Names that differ before may be one after: the later ones get a number. Pure. */
export function dnsNames(texts: readonly string[]): string[] {
  const taken = new Set<string>();
  return texts.map((text) => {
    const plain = dnsName(text);
    let name = plain;
    for (let count = 2; taken.has(name); count++)
      name = `${plain.slice(0, 63 - 1 - String(count).length)}-${count}`;
    taken.add(name);
    return name;
  });
}
