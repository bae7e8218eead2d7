// What protects the broker: how many connections, how much, how slow, and when it says that it suffers. Rows of the option
// table, no code.

import { DAY, GIB, KIB, MIB, MINUTE, type OptionTable, SECOND, TIB } from '@millrace/options';
import { LIMITS } from '@millrace/protocol';

export const NET_OPTIONS = {
  connectionsMax: {
    kind: 'count',
    min: 1,
    max: 1_000_000,
    fallback: LIMITS.connectionsMax,
    about: 'Connections at a time; one more is refused with OVERLOADED.',
  },
  connectionsPerAddress: {
    kind: 'count',
    min: 1,
    max: 1_000_000,
    fallback: LIMITS.connectionsPerAddressMax,
    about: 'Connections of one address at a time; one more is refused with OVERLOADED.',
  },
  connectionsPerUser: {
    kind: 'count',
    min: 1,
    max: 1_000_000,
    fallback: LIMITS.connectionsPerUserMax,
    about: 'Connections of one user at a time; the login of one more is refused with OVERLOADED.',
  },
  connectionsPerSecond: {
    kind: 'count',
    min: 1,
    max: 1_000_000,
    fallback: 1_000,
    about:
      'New connections that are begun a second; those beyond wait in line, unread. One with TLS counts as four.',
  },
  inFlightRequestsMax: {
    kind: 'count',
    min: 1,
    max: 65_536,
    fallback: LIMITS.inFlightRequestsMax,
    about:
      'Requests of one connection that wait for their reply; further ones are not read until one is answered.',
  },
  unsentReplyBytes: {
    kind: 'bytes',
    min: 256 * KIB,
    max: GIB,
    fallback: LIMITS.unsentReplyBytesMax,
    about: 'Replies a connection may leave unread before its requests are read no further.',
  },
  unsentReplyBytesTotal: {
    kind: 'bytes',
    min: MIB,
    max: TIB,
    fallback: 512 * MIB,
    about:
      'The same for all connections together; above it those with more than 256KiB unread wait.',
  },
  requestBytesTotal: {
    kind: 'bytes',
    min: LIMITS.frameBytesMax,
    max: TIB,
    fallback: 256 * MIB,
    about:
      'Memory of requests of all connections: frames that have begun, and requests that wait. Above it frames of more than 64KiB are read on when there is room.',
  },
  helloTimeout: {
    kind: 'duration',
    min: 100,
    max: 10 * MINUTE,
    fallback: 10 * SECOND,
    about: 'A connection that has not said Hello by then is closed.',
  },
  stallTimeout: {
    kind: 'duration',
    min: 100,
    max: DAY,
    fallback: 30 * SECOND,
    about: 'A connection that takes none of its replies for this long is closed.',
  },
  frameTimeout: {
    kind: 'duration',
    min: 100,
    max: DAY,
    fallback: MINUTE,
    about:
      'A connection whose request has begun and is not complete by then is closed; after 5 s where others wait for its memory.',
  },
  idleTimeout: {
    kind: 'duration',
    min: 100,
    max: DAY,
    orNever: true,
    fallback: 30 * MINUTE,
    about:
      'A connection that asks nothing and waits for nothing for this long is closed; -1: never.',
  },
  quotaProduceBytes: {
    kind: 'bytes',
    min: 0,
    max: LIMITS.quotaMax,
    fallback: 0,
    about:
      'Bytes of batches a user may produce a second, unless the user has a quota of its own; without authentication: an address. 0: no bound.',
  },
  quotaFetchBytes: {
    kind: 'bytes',
    min: 0,
    max: LIMITS.quotaMax,
    fallback: 0,
    about: 'The same for bytes of batches that are fetched or received.',
  },
  quotaRequests: {
    kind: 'count',
    min: 0,
    max: LIMITS.quotaMax,
    fallback: 0,
    about: 'The same for requests.',
  },
  eventLoopWarning: {
    kind: 'duration',
    min: 10,
    max: 10 * MINUTE,
    fallback: SECOND,
    about: 'The log says when the event loop was held up for this long.',
  },
  heapWarning: {
    kind: 'bytes',
    min: 0,
    max: TIB,
    fallback: 0,
    about:
      'The log says when more than this of the heap is in use; 0: four fifths of what node allows.',
  },
} as const satisfies OptionTable;
