// Whether a declaration has a floating-point field anywhere: in all other messages a float is an integer in a wrong
// format.

import type { AnyField, Fields } from '../schema.ts';

function fieldHoldsFloat({ shape }: AnyField): boolean {
  if (shape.kind === 'array') return fieldHoldsFloat(shape.item);
  if (shape.kind === 'map') return fieldHoldsFloat(shape.value);
  return shape.kind === 'struct' ? holdsFloat(shape.fields) : shape.kind === 'float';
}

export function holdsFloat(fields: Fields): boolean {
  return Object.values(fields).some(fieldHoldsFloat);
}
