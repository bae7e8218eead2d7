// Values to send: bytes without a pattern, the same at every start.

/** `count` values of `bytes` bytes. */
export function payload(bytes: number, count: number): Buffer[] {
  const all = Buffer.alloc(bytes * count);
  let state = 0x9e37_79b9;
  for (let i = 0; i < all.length; i += 1) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    all[i] = state & 0xff;
  }
  return Array.from({ length: count }, (_, i) => all.subarray(i * bytes, (i + 1) * bytes));
}
