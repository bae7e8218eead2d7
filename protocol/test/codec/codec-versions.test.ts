// Fields that came with a later version.
import { describe, expect, it } from 'vitest';
import { compileCodec } from '../../src/codec/codec.ts';
import { asError, FieldFault } from '../../src/codec/field-fault.ts';
import { array, int, nullable, string, struct } from '../../src/schema.ts';
import { errorOf } from '../fuzz.ts';

const inner = struct('A struct.', {
  a: int('First.'),
  b: int('Since 2.', { since: 2, fallback: 5 }),
});
const schema = {
  name: string('Name.', 10),
  items: array('Items.', inner, 10),
  note: { ...nullable(string('Since 3.', 10)), since: 3 },
};
const value = { name: 'n', items: [{ a: 1, b: 2 }], note: 'x' };

function encoded(version: number, direction: 'request' | 'response', body: object): unknown[] {
  const out: unknown[] = [];
  try {
    compileCodec(schema, version, direction).encode(body, out);
  } catch (fault) {
    throw asError(fault, 'Test');
  }
  return out;
}

describe('codec, versions', () => {
  it('writes the fields of the version', () => {
    expect(encoded(3, 'response', value)).toEqual(['n', [[1, 2]], 'x']);
    expect(encoded(2, 'response', value)).toEqual(['n', [[1, 2]]]);
    expect(encoded(1, 'response', value)).toEqual(['n', [[1]]]);
  });

  it('reads the fields of the version; later ones get their default', () => {
    const read = (version: number) =>
      compileCodec(schema, version, 'request').decode(['n', [[1, 2]], 'x'], 0);
    expect(read(3)).toEqual(value);
    expect(read(2)).toEqual({ ...value, note: null });
    expect(read(1)).toEqual({ name: 'n', items: [{ a: 1, b: 5 }], note: null });
  });

  it('does not drop silently what an older version cannot ask for', () => {
    const error = errorOf(() => encoded(1, 'request', value));
    expect(error?.code).toBe('UNSUPPORTED_VERSION');
    expect(error?.detail.field).toBe('items[0].b');
    const plain = { name: 'n', items: [{ a: 1, b: 5 }], note: null };
    expect(encoded(1, 'request', plain)).toEqual(['n', [[1]]]);
  });

  it('does not compile a declaration that old peers could not read', () => {
    const late = { a: int('First.'), b: { ...int('Since 2.'), since: 2 } };
    expect(() => compileCodec(late, 1, 'request')).toThrow('needs a default');
    const mixed = { a: int('Since 2.', { since: 2, fallback: 1 }), b: int('Since 1.') };
    expect(() => compileCodec(mixed, 1, 'request')).toThrow('stands before an older one');
  });

  it('passes on what is not a fault of a field', () => {
    const bug = new TypeError('a bug');
    expect(asError(bug, 'Test')).toBe(bug);
    expect(asError(new FieldFault('bad'), 'Test')).toMatchObject({ code: 'INVALID_REQUEST' });
  });
});
