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
   * The session of the request, begun if that is what is asked for; undefined where it is ended: begun with nothing.
   * @throws MillraceError UNKNOWN_FETCH_SESSION or LIMIT_EXCEEDED; then nothing was changed.
   */
  find(connection: ConnectionInfo, request: Request): FetchSession | undefined {
    const { sessionId, isNewSession, partitions } = request;
    const sessions = this.#sessionsOf(connection);
    const known = sessions.get(sessionId);
    if (!isNewSession) {
      if (known !== undefined) return known;
      const message = `This connection has no fetch session ${sessionId}.`;
      throw new MillraceError('UNKNOWN_FETCH_SESSION', message, { field: 'sessionId' });
    }
    if (partitions.length === 0) {
      known?.close();
      sessions.delete(sessionId);
      return undefined;
    }
    const { fetchSessionsMax } = this.#limits;
    if (known === undefined && sessions.size >= fetchSessionsMax)
      throw tooMany('sessionId', `${fetchSessionsMax} sessions a connection`);
    const session = new FetchSession(this.#shard, this.#load);
    this.#mustFit(sessions, known?.size ?? 0, session.sizeAfter(partitions, []));
    known?.close();
    sessions.set(sessionId, session);
    return session;
  }

  /** @throws MillraceError LIMIT_EXCEEDED, or CANCELLED where the session is no more; then nothing was changed. */
  change(connection: ConnectionInfo, session: FetchSession, request: Request): void {
    session.assertOpen();
    const { partitions } = request;
    const forgotten = request.forgotten ?? [];
    if (partitions.length > 0) {
      const size = session.sizeAfter(partitions, forgotten);
      this.#mustFit(this.#sessionsOf(connection), session.size, size);
    }
    session.change(partitions, forgotten);
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
