// Our builder of schemas gives what TypeBox gives: the same JSON, and the same members missing.

import { Type as TypeBox } from 'typebox';
import { expect, test } from 'vitest';
import { Type } from '../../src/rest/schemas/type.ts';

/** Each kind in use, by either builder. */
function everyKind(all: typeof Type) {
  const { Object: object, Optional: optional } = all;
  return object(
    {
      text: all.String({ description: 'Text.', maxLength: 3 }),
      whole: optional(all.Integer({ minimum: 0 })),
      rate: all.Number({ minimum: 0 }),
      flag: optional(all.Boolean()),
      any: optional(all.Unknown({ examples: [{ n: 1 }] })),
      either: all.Union([all.Null(), all.Literal('a'), all.Literal(true)], { description: 'One.' }),
      list: all.Array(object({ id: all.String() }), { maxItems: 2 }),
      named: all.Record(all.String(), all.Integer(), { description: 'By name.' }),
      given: all.Unsafe<string>({ type: 'string', enum: ['x'] }),
      nothing: object({ maybe: optional(all.String()) }, { additionalProperties: false }),
    },
    { additionalProperties: false, $id: 'Every' },
  );
}

test('every kind is the JSON Schema that TypeBox makes', () => {
  expect(JSON.stringify(everyKind(Type))).toBe(
    JSON.stringify(everyKind(TypeBox as unknown as typeof Type)),
  );
});
