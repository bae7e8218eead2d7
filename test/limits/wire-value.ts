// Payloads of one request or response with one field at a chosen size, written as bytes without the codec, so that also
// what no client of ours would send can be sent.

import { type AnyField, APIS, type ApiName, type Fields } from '@millrace/protocol';

/** `Acknowledge.items[].errorText`: through arrays by `[]`, into the texts of a map by `{}`. */
export interface FieldPlace {
  readonly api: ApiName;
  readonly side: 'request' | 'response';
  readonly steps: readonly string[];
}

type Wire = null | boolean | number | string | Uint8Array | Wire[] | Map<string, Wire>;

export function placeOf(text: string): FieldPlace {
  const [head = '', ...steps] = text.replaceAll('[]', '.[]').replaceAll('{}', '.{}').split('.');
  const side = head.startsWith('response:') ? 'response' : 'request';
  return { api: head.replace('response:', '') as ApiName, side, steps };
}

/** The declaration at a place. */
export function fieldAt({ api, side, steps }: FieldPlace): AnyField {
  let fields: Fields | undefined = APIS[api][side];
  let field: AnyField | undefined;
  for (const step of steps) {
    const shape: AnyField['shape'] | undefined = field?.shape;
    if (step === '[]' && shape?.kind === 'array') field = shape.item;
    else if (step === '{}' && shape?.kind === 'map') field = shape.value;
    else field = fields?.[step];
    if (field === undefined) throw new Error(`${api} has no field ${steps.join('.')}`);
    fields = field.shape.kind === 'struct' ? field.shape.fields : undefined;
  }
  if (field === undefined) throw new Error(`${api}: which field?`);
  return field;
}

/** What the error calls the place: the first item of each array, the one key of each map. */
export function pathOf({ steps }: FieldPlace): string {
  const named = steps.map((step) =>
    step === '[]' ? '[0]' : step === '{}' ? '["k0"]' : `.${step}`,
  );
  return named.join('').slice(1);
}

/** The payload of a frame in which the field at the place has this amount: a number, a length or a count. */
export function payloadWith(place: FieldPlace, amount: number): Uint8Array {
  const { api, side, steps } = place;
  const { key, versions } = APIS[api];
  const fields = withField(APIS[api][side], steps, amount);
  const head: Wire[] = side === 'request' ? [key, versions.max, 1] : [1, 0];
  return Buffer.concat(pack([...head, ...fields]));
}

function withField(fields: Fields, steps: readonly string[], amount: number): Wire[] {
  const [name, ...rest] = steps;
  return Object.entries(fields).map(([field, spec]) =>
    field === name ? valueWith(spec, rest, amount) : least(spec),
  );
}

function valueWith({ shape }: AnyField, steps: readonly string[], amount: number): Wire {
  if (steps.length === 0) return sized(shape, amount);
  if (shape.kind === 'array') return [valueWith(shape.item, steps.slice(1), amount)];
  if (shape.kind === 'map')
    return new Map([['k0', valueWith(shape.value, steps.slice(1), amount)]]);
  if (shape.kind === 'struct') return withField(shape.fields, steps, amount);
  throw new Error('the path ends before');
}

function sized(shape: AnyField['shape'], amount: number): Wire {
  if (shape.kind === 'int') return amount;
  if (shape.kind === 'string') return 'x'.repeat(amount);
  if (shape.kind === 'bytes') return Buffer.alloc(amount);
  if (shape.kind === 'array') {
    return Array.from({ length: amount }, () => least(shape.item, true));
  }
  if (shape.kind === 'map') {
    const value = least(shape.value, true);
    return new Map(Array.from({ length: amount }, (_, at) => [`k${at}`, value]));
  }
  throw new Error(`a ${shape.kind} has no size`);
}

function least({ shape, omittable, fallback }: AnyField, isItem = false): Wire {
  if (omittable && !isItem) {
    // A word of a choice travels as its place in the list.
    if (shape.kind === 'choice' && fallback !== null)
      return shape.values.indexOf(fallback as string);
    return (fallback ?? null) as Wire;
  }
  switch (shape.kind) {
    case 'int':
    case 'float':
      return shape.min;
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'bytes':
      return Buffer.alloc(0);
    case 'choice':
      return 0;
    case 'array':
      return [];
    case 'map':
      return new Map();
    case 'struct':
      break;
  }
  return Object.values(shape.fields).map((field) => least(field));
}

/** MessagePack, in forms that are always long enough. */
function pack(value: Wire): Uint8Array[] {
  if (value === null) return [Buffer.from([0xc0])];
  if (typeof value === 'boolean') return [Buffer.from([value ? 0xc3 : 0xc2])];
  if (typeof value === 'number') return [packNumber(value)];
  if (typeof value === 'string')
    return [sizeOf(0xdb, Buffer.byteLength(value)), Buffer.from(value)];
  if (value instanceof Uint8Array) return [sizeOf(0xc6, value.length), value];
  if (value instanceof Map) {
    return [
      sizeOf(0xdf, value.size),
      ...[...value].flatMap(([key, one]) => [...pack(key), ...pack(one)]),
    ];
  }
  return [sizeOf(0xdd, value.length), ...value.flatMap(pack)];
}

function sizeOf(format: number, size: number): Uint8Array {
  const head = Buffer.alloc(5);
  head[0] = format;
  head.writeUInt32BE(size, 1);
  return head;
}

function packNumber(value: number): Uint8Array {
  if (value >= 0 && value < 0x80 && Number.isInteger(value)) return Buffer.from([value]);
  const bytes = Buffer.alloc(9);
  if (Number.isInteger(value)) {
    bytes[0] = 0xd3;
    bytes.writeBigInt64BE(BigInt(value), 1);
  } else {
    bytes[0] = 0xcb;
    bytes.writeDoubleBE(value, 1);
  }
  return bytes;
}
