// A typed array with room for more; what it held stays where it is.

export function widened<A extends Float64Array | Int32Array | Uint8Array>(
  array: A,
  length: number,
): A {
  const wide = new (array.constructor as new (length: number) => A)(length);
  wide.set(array);
  return wide;
}
