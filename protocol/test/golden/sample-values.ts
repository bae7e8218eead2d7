// Two values for any declaration: the least it takes, and one with everything in it. Only for making vectors.
import type { AnyField, Fields } from '../../src/schema.ts';

/** Where formats change, and a time. Each field takes the next one that fits. */
const INTEGERS = [2 ** 53 - 1, 2 ** 32, 1_767_225_600_000, 2 ** 32 - 1, 2 ** 16, 255, 128, 127, 1];

export class SampleMaker {
  private next = 0;

  least(fields: Fields): object {
    return Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, this.leastOf(field)]),
    );
  }

  full(fields: Fields): object {
    return Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, this.fullOf(field)]),
    );
  }

  private leastOf({ shape, omittable }: AnyField): unknown {
    if (omittable) return null;
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
        return shape.values[0];
      case 'array':
        return [];
      case 'map':
        return {};
      case 'struct':
        break;
    }
    return this.least(shape.fields);
  }

  private fullOf({ shape }: AnyField): unknown {
    switch (shape.kind) {
      case 'int':
        return this.integer(shape.min, shape.max);
      case 'float':
        return shape.min + 0.5;
      case 'bool':
        return true;
      case 'string':
        return 'aé€𝄞'.slice(0, Math.max(1, Math.floor(shape.bytesMax / 3)));
      case 'bytes':
        return Buffer.from([0, 127, 128, 255]);
      case 'choice':
        return shape.values.at(-1);
      case 'array':
        return Array.from({ length: Math.min(2, shape.countMax) }, () => this.fullOf(shape.item));
      case 'map':
        return { a: this.fullOf(shape.value), é: this.fullOf(shape.value) };
      case 'struct':
        break;
    }
    return this.full(shape.fields);
  }

  private integer(min: number, max: number): number {
    for (let tried = 0; tried < INTEGERS.length; tried += 1) {
      const value = INTEGERS[this.next % INTEGERS.length] ?? max;
      this.next += 1;
      if (value >= min && value <= max) return value;
    }
    return max;
  }
}
