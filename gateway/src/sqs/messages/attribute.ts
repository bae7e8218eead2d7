// A message attribute as the gateway has it between the wire and the record, and what its data type says.

import type { AttributeValue } from '../model/actions.ts';

export interface Attribute {
  readonly name: string;
  /** `String`, `Number` or `Binary`, perhaps with a label behind a period. */
  readonly type: string;
  /** Bytes exactly where the type is Binary. */
  readonly value: string | Uint8Array;
}

/** By name; made without a prototype, since any name may come. */
export type AttributeValues = { readonly [name: string]: AttributeValue };

const TYPE = /^(String|Number|Binary)(?:\.|$)/;

type BaseType = 'String' | 'Number' | 'Binary';

export function baseType(type: string): BaseType | undefined {
  return TYPE.exec(type)?.[1] as BaseType | undefined;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

export function attributeValues(attributes: readonly Attribute[]): AttributeValues {
  const values = Object.create(null) as { [name: string]: AttributeValue };
  for (const { name, type, value } of attributes) {
    values[name] =
      typeof value === 'string'
        ? { DataType: type, StringValue: value }
        : { DataType: type, BinaryValue: value };
  }
  return values;
}
