/** A field of a pydantic settings class. */
export interface PydanticField {
  name: string;
  /** The variables that it is read from; they are compared without case. */
  names: string[];
  annotation: string;
  /** What looks like a list is read as JSON before any validator sees it. */
  decoded: boolean;
  /** As it is written: `"/api/v1"`. */
  initial: string | undefined;
}

/** The fields of all settings classes in a file. Pure. */
export function pydanticFields(text: string): PydanticField[] {
  if (!/Settings\b/.test(text)) return [];
  const starts = [...text.matchAll(/^class\s+\w+\(([^)]*)\)\s*:/gm)];
  return starts.flatMap((start, index) => {
    if (!/Settings\b/.test(start[1] ?? '')) return [];
    const block = text.slice(start.index + start[0].length, starts[index + 1]?.index ?? text.length);
    return fieldsOf(block);
  });
}

function fieldsOf(block: string): PydanticField[] {
  const prefix = /\benv_prefix\s*[=:]\s*["'](\w*)["']/.exec(block)?.[1] ?? '';
  const raw = /\benable_decoding\s*=\s*False/.test(block);
  const fields: PydanticField[] = [];
  for (const found of block.matchAll(/^[ \t]+(\w+)[ \t]*:(?!=)/gm)) {
    const rest = statementFrom(block, found.index + found[0].length);
    const at = assignmentIn(rest);
    const annotation = (at === -1 ? rest : rest.slice(0, at)).trim();
    const initial = at === -1 ? undefined : rest.slice(at + 1).trim();
    const name = found[1] as string;
    const aliases = aliasesOf(rest);
    fields.push({
      name,
      names: aliases.length > 0 ? aliases : [prefix + name],
      annotation,
      decoded: !raw && !/\bNoDecode\b/.test(annotation),
      initial,
    });
  }
  return fields;
}

/** `alias=`, `validation_alias=AliasChoices(…)`, and `env=` of version 1. */
function aliasesOf(statement: string): string[] {
  const said = [
    ...statement.matchAll(
      /\b(?:alias|validation_alias|env)\s*=\s*(AliasChoices\([^)]*\)|\[[^\]]*\]|["']\w+["'])/g,
    ),
  ];
  return said.flatMap(([, value = '']) =>
    [...value.matchAll(/["'](\w+)["']/g)].map(([, alias = '']) => alias),
  );
}

/** To the end of the line on which all brackets are closed. */
function statementFrom(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at] as string;
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    else if (char === '\n' && depth <= 0) return text.slice(start, at);
  }
  return text.slice(start);
}

/** Where the `=` of the field itself stands. */
function assignmentIn(statement: string): number {
  let depth = 0;
  for (const [at, char] of [...statement].entries()) {
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    else if (char === '=' && depth === 0) return at;
  }
  return -1;
}
