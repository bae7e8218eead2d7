// Bytes for peers whose messages are text. A third longer in base64: the price of bytes there.

export function toText(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64');
}

export function fromText(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}
