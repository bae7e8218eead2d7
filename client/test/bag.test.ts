// The bag against a Set: whatever is added and taken out, both have the same in them.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bag } from '../src/bag.ts';

const steps = fc.array(
  fc.record({ do: fc.constantFrom('add', 'delete', 'clear'), which: fc.nat(7) }),
  { maxLength: 60 },
);

describe('a bag', () => {
  it('has what a set has', () => {
    const check = fc.property(steps, (all) => {
      const items = Array.from({ length: 8 }, () => ({ bagIndex: -1 }));
      const bag = new Bag<{ bagIndex: number }>();
      const model = new Set<{ bagIndex: number }>();
      const agreed: boolean[] = [];
      for (const step of all) {
        const item = items[step.which] as { bagIndex: number };
        if (step.do === 'add' && !model.has(item)) {
          bag.add(item);
          model.add(item);
        } else if (step.do === 'delete') {
          agreed.push(bag.delete(item) === model.delete(item));
        } else if (step.do === 'clear' && step.which === 0) {
          bag.clear();
          model.clear();
        }
        expect(bag.size).toBe(model.size);
        expect(new Set(bag.all())).toEqual(model);
        expect(agreed).not.toContain(false);
        for (const one of items) expect(bag.all().includes(one)).toBe(model.has(one));
      }
    });
    expect(() => fc.assert(check, { numRuns: 500 })).not.toThrow();
  });
});
