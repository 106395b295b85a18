/**
 * What JSON looks like, once for all who need it: the TypeScript type (`Of`), the check of a request, the schema in
 * `openapi.json`.
 */
export interface Schema<T = unknown> {
  readonly shape: Shape;
  /** Its name among the components of `openapi.json`. */
  readonly name?: string;
  /** For the compiler alone. */
  readonly of?: T;
}

export type Of<S> = S extends Schema<infer T> ? T : never;

type Fields = Readonly<Record<string, Schema>>;

type Shape =
  | { kind: 'text' | 'integer' | 'number' | 'flag'; rules: Readonly<Record<string, unknown>> }
  | { kind: 'any'; of: readonly Schema[] }
  | { kind: 'null' }
  | { kind: 'list'; of: Schema }
  | { kind: 'record'; of: Schema }
  | { kind: 'object'; fields: Fields; optional: readonly string[]; open: boolean };

type Described = { description?: string };

interface TextRules extends Described {
  enum?: readonly string[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  format?: string;
  examples?: readonly string[];
}

interface NumberRules extends Described {
  minimum?: number;
  maximum?: number;
  examples?: readonly number[];
}

export const text = (rules: TextRules = {}): Schema<string> => ({
  shape: { kind: 'text', rules: { ...rules } },
});
export const oneOf = <const T extends string>(values: readonly T[], rules: Described = {}): Schema<T> => ({
  shape: { kind: 'text', rules: { enum: values, ...rules } },
});
export const integer = (rules: NumberRules = {}): Schema<number> => ({
  shape: { kind: 'integer', rules: { ...rules } },
});
export const number = (rules: NumberRules = {}): Schema<number> => ({
  shape: { kind: 'number', rules: { ...rules } },
});
export const flag = (rules: Described = {}): Schema<boolean> => ({
  shape: { kind: 'flag', rules: { ...rules } },
});
export const list = <T>(of: Schema<T>): Schema<T[]> => ({ shape: { kind: 'list', of } });
export const record = <T>(of: Schema<T>): Schema<Record<string, T>> => ({ shape: { kind: 'record', of } });
export const either = <A, B>(a: Schema<A>, b: Schema<B>): Schema<A | B> => ({
  shape: { kind: 'any', of: [a, b] },
});
const nothing: Schema<null> = { shape: { kind: 'null' } };
export const orNull = <T>(of: Schema<T>): Schema<T | null> => either(of, nothing);

type Values<F extends Fields, O extends keyof F> = { [K in Exclude<keyof F, O>]: Of<F[K]> } & {
  [K in O]?: Of<F[K]>;
};

/** @param optional what may be absent; all else is there, `null` at least */
export function object<F extends Fields, O extends keyof F & string = never>(
  fields: F,
  optional: readonly O[] = [],
): Schema<Values<F, O>> {
  return { shape: { kind: 'object', fields, optional, open: false } };
}

/** An object that has these fields and may have more. */
export function openObject<F extends Fields>(fields: F): Schema<Values<F, never> & Record<string, unknown>> {
  return { shape: { kind: 'object', fields, optional: [], open: true } };
}

export const named = <T>(name: string, schema: Schema<T>): Schema<T> => ({ ...schema, name });

/** The JSON Schema (2020-12, OpenAPI 3.1's); named ones stand in `components` and are referred to. */
export function jsonSchema(schema: Schema, components: Record<string, object>): object {
  const { name, shape } = schema;
  if (name === undefined) return ofShape(shape, components);
  // Before its fields: it may hold itself.
  if (!components[name]) {
    components[name] = {};
    components[name] = ofShape(shape, components);
  }
  return { $ref: `#/components/schemas/${name}` };
}

function ofShape(shape: Shape, components: Record<string, object>): object {
  const inner = (schema: Schema) => jsonSchema(schema, components);
  switch (shape.kind) {
    case 'text':
      return { type: 'string', ...shape.rules };
    case 'integer':
      return { type: 'integer', ...shape.rules };
    case 'number':
      return { type: 'number', ...shape.rules };
    case 'flag':
      return { type: 'boolean', ...shape.rules };
    case 'null':
      return { type: 'null' };
    case 'any':
      return { anyOf: shape.of.map(inner) };
    case 'list':
      return { type: 'array', items: inner(shape.of) };
    case 'record':
      return { type: 'object', additionalProperties: inner(shape.of) };
    case 'object':
      return {
        type: 'object',
        properties: Object.fromEntries(Object.entries(shape.fields).map(([key, one]) => [key, inner(one)])),
        required: Object.keys(shape.fields).filter((key) => !shape.optional.includes(key)),
        ...(shape.open ? {} : { additionalProperties: false }),
      };
  }
}

/** What is wrong with a value that came from outside, for people; undefined: nothing. @param at how it is called */
export function faultOf({ shape }: Schema, value: unknown, at: string): string | undefined {
  switch (shape.kind) {
    case 'text':
      return typeof value === 'string' ? textFault(value, shape.rules, at) : `${at} must be a string`;
    case 'integer':
    case 'number':
      return numberFault(value, shape, at);
    case 'flag':
      return typeof value === 'boolean' ? undefined : `${at} must be true or false`;
    case 'null':
      return value === null ? undefined : `${at} must be null`;
    case 'any': {
      const faults = shape.of.map((one) => faultOf(one, value, at));
      return faults.includes(undefined) ? undefined : faults[0];
    }
    case 'list':
      if (!Array.isArray(value)) return `${at} must be a list`;
      return firstFault(value.map((one, index) => faultOf(shape.of, one, `${at}[${index}]`)));
    case 'record':
      if (!isObject(value)) return `${at} must be an object`;
      return firstFault(Object.entries(value).map(([key, one]) => faultOf(shape.of, one, `${at}.${key}`)));
    case 'object':
      return objectFault(value, shape, at);
  }
}

function objectFault(
  value: unknown,
  { fields, optional, open }: Extract<Shape, { kind: 'object' }>,
  at: string,
): string | undefined {
  if (!isObject(value)) return `${at} must be an object`;
  const missing = Object.keys(fields).find((key) => !optional.includes(key) && !Object.hasOwn(value, key));
  if (missing !== undefined) return `${at} lacks "${missing}"`;
  const strange = open ? undefined : Object.keys(value).find((key) => !Object.hasOwn(fields, key));
  if (strange !== undefined) return `${at} has no "${strange}"`;
  return firstFault(
    Object.entries(value).map(([key, one]) => fields[key] && faultOf(fields[key], one, `"${key}"`)),
  );
}

function textFault(
  value: string,
  { enum: known, pattern, minLength = 0, maxLength }: TextRules,
  at: string,
): string | undefined {
  if (known && !known.includes(value)) return `${at} must be one of ${known.join(', ')}`;
  // By characters, as JSON Schema counts.
  const length = [...value].length;
  if (length < minLength) return `${at} must not be empty`;
  if (maxLength !== undefined && length > maxLength) return `${at} is longer than ${maxLength} characters`;
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value))
    return `${at} is not what it should be: ${JSON.stringify(value.slice(0, 80))}`;
  return undefined;
}

function numberFault(
  value: unknown,
  { kind, rules }: Extract<Shape, { rules: object }>,
  at: string,
): string | undefined {
  const { minimum, maximum }: NumberRules = rules;
  if (typeof value !== 'number' || (kind === 'integer' && !Number.isInteger(value)))
    return `${at} must be ${kind === 'integer' ? 'a whole number' : 'a number'}`;
  if (minimum !== undefined && value < minimum) return `${at} must be at least ${minimum}`;
  if (maximum !== undefined && value > maximum) return `${at} must be at most ${maximum}`;
  return undefined;
}

const firstFault = (faults: (string | undefined)[]): string | undefined =>
  faults.find((fault) => fault !== undefined);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
