// Payloads in the forms in which people read them.
import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  formsOf,
  hexLines,
  kindOfBytes,
  textOf,
} from '../src/views/messages/payload-forms.ts';

describe('forms of a payload', () => {
  it('offers those that make sense', () => {
    expect(formsOf({ payload: null })).toEqual(['json', 'text']);
    expect(formsOf({ payloadText: 'it rains' })).toEqual(['text', 'hex']);
    expect(formsOf({ payloadBase64: '/w==' })).toEqual(['hex', 'text']);
    expect(formsOf({ tombstone: true })).toEqual([]);
  });

  it('reads text and bytes', () => {
    expect(textOf({ payload: { a: [1] } })).toBe('{"a":[1]}');
    expect(textOf({ payloadBase64: 'aMOk' })).toBe('hä');
    expect([...bytesOf({ payloadText: 'hä' })]).toEqual([0x68, 0xc3, 0xa4]);
    expect([...bytesOf({ payloadBase64: '/wAQ' })]).toEqual([255, 0, 16]);
  });

  it('sets out bytes, 16 a line', () => {
    const bytes = Uint8Array.from({ length: 18 }, (_, at) => at + 0x30);
    expect(hexLines(bytes)).toEqual([
      '00000000  30 31 32 33 34 35 36 37  38 39 3a 3b 3c 3d 3e 3f  |0123456789:;<=>?|',
      '00000010  40 41                                             |@A|',
    ]);
    expect(hexLines(Uint8Array.of(0, 0x7f, 0xff))[0]).toMatch(/\|\.\.\.\|$/);
    expect(hexLines(new Uint8Array(100), 20)).toHaveLength(2);
    expect(hexLines(new Uint8Array(0))).toEqual([]);
  });

  it('knows what some bytes are', () => {
    expect(kindOfBytes(Uint8Array.of(0x1f, 0x8b, 8))).toBe('gzip');
    expect(kindOfBytes(Uint8Array.of(0x1f))).toBeUndefined();
  });
});
