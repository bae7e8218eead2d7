// Assertions of what the code believes. A failed one is a bug of ours, never a matter of input or of the disk.

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

export function assert(holds: boolean, belief?: string): asserts holds {
  if (!holds) throw new AssertionError(belief ?? 'assertion failed');
}
