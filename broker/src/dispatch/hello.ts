// What the broker says of itself in Hello, and how it takes a client's Hello.

import {
  APIS,
  type ApiName,
  codecsAvailable,
  LIMITS,
  MillraceError,
  type RequestOf,
  type ResponseInput,
} from '@millrace/protocol';
import type { Peer } from './peer.ts';

export interface HelloFacts {
  readonly brokerVersion: string;
  /** Names the data directory. */
  readonly instanceId: string;
  /** Limits that this broker's options set; the others are those of the protocol. */
  readonly limits: { readonly inFlightRequestsMax: number; readonly connectionsMax: number };
  readonly nowMs: () => number;
}

const API_RANGES = (Object.keys(APIS) as ApiName[]).map((name) => {
  const { key, versions } = APIS[name];
  return { key, versionMin: versions.min, versionMax: versions.max };
});

export function answerHello(
  request: RequestOf<'Hello'>,
  peer: Peer,
  facts: HelloFacts,
): ResponseInput<'Hello'> {
  const { inFlightRequestsMax, connectionsMax } = facts.limits;
  if (peer.greeted) {
    throw new MillraceError('INVALID_REQUEST', 'This connection has said Hello before.');
  }
  if (request.mechanism !== null) {
    const message = 'This broker has no authentication: leave the mechanism out.';
    throw new MillraceError('INVALID_REQUEST', message, { field: 'mechanism' });
  }
  peer.greet(request.clientName, request.clientVersion);
  return {
    brokerVersion: facts.brokerVersion,
    instanceId: facts.instanceId,
    connectionId: peer.info.connectionId,
    serverTimeMs: facts.nowMs(),
    apis: API_RANGES,
    codecs: codecsAvailable(),
    limits: { ...LIMITS, inFlightRequestsMax, connectionsMax },
  };
}
