// The fetch sessions of all connections, within their limits. They go with their connection. [G-70]

import { LIMITS, MillraceError, type RequestOf } from '@millrace/protocol';
import type { Shard } from '../shard/shard.ts';
import { FetchSession, type SessionLoad } from './fetch-session.ts';
import type { ConnectionInfo } from './handler.ts';

type Request = RequestOf<'Fetch'>;
export interface SessionLimits {
  readonly fetchSessionsMax: number;
  readonly fetchSessionPartitionsMax: number;
  readonly fetchSessionPartitionsTotalMax: number;
}

type Sessions = Map<number, FetchSession>;

export class FetchSessions {
  readonly #shard: Shard;
  readonly #limits: SessionLimits;
  readonly #load: SessionLoad = { partitions: 0 };
  readonly #byConnection = new WeakMap<ConnectionInfo, Sessions>();

  constructor(shard: Shard, limits: SessionLimits = LIMITS) {
    this.#shard = shard;
    this.#limits = limits;
  }

  /**
   * The session of the request, with what the request changes in it.
   * @throws MillraceError UNKNOWN_FETCH_SESSION, INVALID_REQUEST or LIMIT_EXCEEDED; then nothing was changed.
   */
  take(connection: ConnectionInfo, request: Request): FetchSession {
    const sessions = this.#sessionsOf(connection);
    const { sessionId, isNewSession, partitions } = request;
    const known = sessions.get(sessionId);
    if (!isNewSession) return this.#goOn(sessions, known, request);
    if (known === undefined && sessions.size >= this.#limits.fetchSessionsMax)
      throw tooMany('sessionId', `${this.#limits.fetchSessionsMax} sessions a connection`);
    const session = new FetchSession(this.#shard, this.#load);
    this.#mustFit(sessions, known?.size ?? 0, session.sizeAfter(partitions, []));
    known?.close();
    sessions.set(sessionId, session);
    session.change(partitions, []);
    return session;
  }

  #goOn(sessions: Sessions, session: FetchSession | undefined, request: Request): FetchSession {
    const { sessionId, partitions } = request;
    const forgotten = request.forgotten ?? [];
    if (session === undefined) {
      const message = `This connection has no fetch session ${sessionId}.`;
      throw new MillraceError('UNKNOWN_FETCH_SESSION', message, { field: 'sessionId' });
    }
    if (session.isBusy) {
      const message = `A fetch of session ${sessionId} is on its way: one at a time.`;
      const detail = { field: 'sessionId', limit: '1 fetch a session' };
      throw new MillraceError('INVALID_REQUEST', message, detail);
    }
    if (partitions.length > 0)
      this.#mustFit(sessions, session.size, session.sizeAfter(partitions, forgotten));
    session.change(partitions, forgotten);
    return session;
  }

  #sessionsOf(connection: ConnectionInfo): Sessions {
    const known = this.#byConnection.get(connection);
    if (known !== undefined) return known;
    const sessions: Sessions = new Map();
    this.#byConnection.set(connection, sessions);
    connection.ended.onCancel(() => {
      for (const session of sessions.values()) session.close();
      sessions.clear();
    });
    return sessions;
  }

  #mustFit(sessions: Sessions, sizeBefore: number, size: number): void {
    const growth = size - sizeBefore;
    if (growth <= 0) return;
    let ofConnection = growth;
    for (const session of sessions.values()) ofConnection += session.size;
    const { fetchSessionPartitionsMax, fetchSessionPartitionsTotalMax } = this.#limits;
    if (ofConnection > fetchSessionPartitionsMax)
      throw tooMany('partitions', `${fetchSessionPartitionsMax} of a connection`);
    if (this.#load.partitions + growth > fetchSessionPartitionsTotalMax)
      throw tooMany('partitions', `${fetchSessionPartitionsTotalMax} of all connections`);
  }
}

function tooMany(field: string, limit: string): MillraceError {
  const message = `Fetch sessions keep no more: the limit is ${limit}. Fetch without a session.`;
  return new MillraceError('LIMIT_EXCEEDED', message, { field, limit });
}
