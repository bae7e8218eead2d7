// The forms in which a payload can be read: JSON set out, text, bytes in hexadecimal digits. Pure.

export interface Payload {
  readonly payload?: unknown;
  readonly payloadText?: string | undefined;
  readonly payloadBase64?: string | undefined;
  readonly tombstone?: boolean | undefined;
}

export type Form = 'json' | 'text' | 'hex';

/** Those that make sense of it, the best one first; none of a tombstone. */
export function formsOf(of: Payload): readonly Form[] {
  if (of.payload !== undefined) return ['json', 'text'];
  if (of.payloadText !== undefined) return ['text', 'hex'];
  return of.payloadBase64 === undefined ? [] : ['hex', 'text'];
}

/** As one text: JSON without line ends, bytes as far as they are text. */
export function textOf(of: Payload): string {
  if (of.payload !== undefined) return JSON.stringify(of.payload);
  return of.payloadText ?? new TextDecoder().decode(bytesOf(of));
}

/** The bytes of what is no JSON: of that, the gateway tells the value and not how it was written. */
export function bytesOf({ payloadText, payloadBase64 }: Payload): Uint8Array {
  if (payloadText !== undefined) return new TextEncoder().encode(payloadText);
  const binary = atob(payloadBase64 ?? '');
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

const ROW_BYTES = 16;
/** More is not shown: nobody reads it. */
export const HEX_BYTES_MAX = 16_384;

/** `00000010  68 65 6c 6c 6f …  |hello…|`, 16 bytes a line. */
export function hexLines(bytes: Uint8Array, bytesMax = HEX_BYTES_MAX): string[] {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, bytesMax); at += ROW_BYTES) {
    const row = [...bytes.subarray(at, Math.min(at + ROW_BYTES, bytesMax))];
    const digits = row.map((byte) => byte.toString(16).padStart(2, '0'));
    const halves = `${digits.slice(0, 8).join(' ')}  ${digits.slice(8).join(' ')}`;
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
    lines.push(
      `${at.toString(16).padStart(8, '0')}  ${halves.padEnd(ROW_BYTES * 3)}  |${text.join('')}|`,
    );
  }
  return lines;
}

const KINDS: readonly (readonly [first: readonly number[], kind: string])[] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
  [[0x04, 0x22, 0x4d, 0x18], 'LZ4'],
  [[0x50, 0x4b, 0x03, 0x04], 'ZIP'],
  [[0x89, 0x50, 0x4e, 0x47], 'PNG'],
  [[0xff, 0xd8, 0xff], 'JPEG'],
  [[0x25, 0x50, 0x44, 0x46], 'PDF'],
];

/** What bytes begin like; undefined where that says nothing. */
export function kindOfBytes(bytes: Uint8Array): string | undefined {
  return KINDS.find(([first]) => first.every((byte, at) => bytes[at] === byte))?.[1];
}
