/** `name=value` arguments, checked by the schema that the HTTP API checks requests by. */
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';

/**
 * Reads arguments. `null` stands for nothing; numbers and true or false are read as such where the schema wants them.
 * @throws Error that names the first argument that is not allowed
 */
export function typedValues<Schema extends TSchema>(schema: Schema, args: readonly string[]): Static<Schema> {
  const entries = args.map((arg): [string, string | null] => {
    const at = arg.indexOf('=');
    if (at < 1) throw new Error(`"${arg}" is not of the form name=value`);
    const text = arg.slice(at + 1);
    return [arg.slice(0, at), text === 'null' ? null : text];
  });
  return checked(schema, Value.Convert(schema, Object.fromEntries(entries)));
}

/** @throws Error that says where the value is not as the schema wants it. */
export function checked<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  if (Value.Check(schema, value)) return value;
  const [first] = Value.Errors(schema, value);
  const name = first?.instancePath.replace(/^\//, '') ?? '';
  // A name that the schema does not have meets a schema that nothing passes.
  if (first?.keyword === 'boolean') throw new Error(`there is no "${name}" here`);
  const where = name === '' ? 'the values' : `"${name}"`;
  throw new Error(`${where} ${first?.message ?? 'is not allowed'}${allowedBy(first?.params)}`);
}

function allowedBy(params: object | undefined): string {
  const { allowedValues } = { ...params } as { allowedValues?: readonly unknown[] };
  return allowedValues === undefined ? '' : `: ${allowedValues.map(String).join(', ')}`;
}
