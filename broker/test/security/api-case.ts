// What a case of an API is: a request, and the rights that it takes and no others.

import type {
  ErrorName,
  OperationName,
  RequestInput,
  ResourceKind,
  ResponseOf,
} from '@millrace/protocol';
import type { HandledApiName } from '../../src/handlers/handler.ts';

/** A name that ends in `*` is a beginning of names. */
export type Right = readonly [operation: OperationName, resource: ResourceKind, name: string];

export interface ApiCase<N extends HandledApiName> {
  readonly request: RequestInput<N>;
  readonly needs: readonly Right[];
  /** What is said where something is not to be known of; absent: NOT_AUTHORIZED. */
  readonly says?: ErrorName;
  /** Of a list: how much is told of what the rights are on. */
  readonly listed?: (body: ResponseOf<N>) => number;
  /** One right among many will do: to deny this one denies nothing. */
  readonly isAny?: true;
}

export type ApiCases = { readonly [N in HandledApiName]: readonly ApiCase<N>[] };

export const countOf = (items: readonly { readonly name: string }[], wanted: string): number =>
  items.filter(({ name }) => name === wanted).length;
export const onTopic = (operation: OperationName, name = 'orders'): Right => [
  operation,
  'topic',
  name,
];
export const onGroup = (operation: OperationName, name = 'workers'): Right => [
  operation,
  'group',
  name,
];
