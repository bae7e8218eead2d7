// Whether a declaration has a floating-point field anywhere: in all other messages a float is an integer in a wrong format.

import type { AnyField, Fields } from '../schema.ts';

function fieldHoldsFloat({ shape }: AnyField): boolean {
  switch (shape.kind) {
    case 'float':
      return true;
    case 'array':
      return fieldHoldsFloat(shape.item);
    case 'map':
      return fieldHoldsFloat(shape.value);
    case 'struct':
      return holdsFloat(shape.fields);
    default:
      return false;
  }
}

export function holdsFloat(fields: Fields): boolean {
  return Object.values(fields).some(fieldHoldsFloat);
}
