// The body of a message as the worker reads it: a JSON object with the fields of the producer, each of which may be missing.

export interface Payload {
  readonly id: string | undefined;
  readonly sequence: number | undefined;
  readonly work: number;
  /** Of any name, as text; undefined where it is neither a text nor a number. */
  field(name: string): string | undefined;
}

/** Undefined where the body is no JSON object. */
export function readPayload(body: string): Payload | undefined {
  const fields = parse(body);
  if (fields === undefined) return undefined;
  const field = (name: string) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const number = (name: string) => {
    const value = fields[name];
    return typeof value === 'number' ? value : undefined;
  };
  return { id: field('id'), sequence: number('sequence'), work: number('work') ?? 0, field };
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
