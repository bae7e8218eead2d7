// Charges what each request used once it is done. The request itself is not held up: its reply says how long the connection
// is read no further, as in Kafka. Where no quota is in force it is a look and a call.

import type { Usage, UserQuotas } from '@millrace/core';
import type { RequestOf, ResponseInput } from '@millrace/protocol';
import type { HandledApiName, Handlers, RequestContext } from '../handlers/handler.ts';
import type { Quotas } from './quotas.ts';

type AnyHandler = (request: never, context: RequestContext) => unknown;
type Batches = readonly { readonly batch: Uint8Array }[];
type Holders = readonly { readonly batches: readonly Uint8Array[] }[];

const ONE_REQUEST: Usage = {
  produceBytesPerSecond: 0,
  fetchBytesPerSecond: 0,
  requestsPerSecond: 1,
};
const produced = (batches: Batches): Usage => ({
  ...ONE_REQUEST,
  produceBytesPerSecond: batches.reduce((sum, { batch }) => sum + batch.length, 0),
});
const fetched = (holders: Holders): Usage => {
  let bytes = 0;
  for (const { batches } of holders) for (const batch of batches) bytes += batch.length;
  return { ...ONE_REQUEST, fetchBytesPerSecond: bytes };
};

/** What a request used, of those whose reply tells of the pause. */
const USAGES = {
  Produce: ({ batches }: RequestOf<'Produce'>) => produced(batches),
  Transact: ({ batches }: RequestOf<'Transact'>) => produced(batches),
  Fetch: (_: RequestOf<'Fetch'>, { partitions }: ResponseInput<'Fetch'>) => fetched(partitions),
  Receive: (_: RequestOf<'Receive'>, { leases }: ResponseInput<'Receive'>) => fetched(leases),
  Acknowledge: () => ONE_REQUEST,
  Peek: (_: RequestOf<'Peek'>, reply: ResponseInput<'Peek'>) => fetched([reply]),
  GetMessage: (_: RequestOf<'GetMessage'>, reply: ResponseInput<'GetMessage'>) => fetched([reply]),
  // They tell of no record: they count as the requests that they are, and only say how long the pause is.
  ListMessages: () => ONE_REQUEST,
  ListOffsets: () => ONE_REQUEST,
} as const;

type UsageOf = ((request: unknown, reply: unknown) => Usage) | undefined;

export function chargeHandlers(handlers: Handlers, quotas: Quotas): Handlers {
  const charged = Object.entries(handlers).map(([name, handler]) => [
    name,
    chargeHandler(name as HandledApiName, handler, quotas),
  ]);
  return Object.fromEntries(charged) as Handlers;
}

function chargeHandler(api: HandledApiName, handler: AnyHandler, quotas: Quotas): AnyHandler {
  const usageOf = (USAGES as Partial<Record<HandledApiName, unknown>>)[api] as UsageOf;
  const charged = async (request: never, context: RequestContext, inForce: UserQuotas) => {
    let usage = ONE_REQUEST;
    let throttleMs = 0;
    let reply: object;
    try {
      reply = (await handler(request, context)) as object;
      if (usageOf !== undefined) usage = usageOf(request, reply);
    } finally {
      throttleMs = quotas.charge(context.connection, inForce, usage);
    }
    return usageOf === undefined || throttleMs === 0 ? reply : { ...reply, throttleMs };
  };
  return (request, context) => {
    const inForce = quotas.inForce(context.connection);
    return inForce === undefined ? handler(request, context) : charged(request, context, inForce);
  };
}
