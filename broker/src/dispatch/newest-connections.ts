// Of each client that names itself, the newest connection: it ends the one before. What a client has given up may still
// arrive, long after it was sent again over another connection, and must not be done after what came since. It opens and
// refuses nothing by itself, and knows no user but by name.

import { MillraceError, type RequestOf } from '@millrace/protocol';
import type { Peer } from './peer.ts';

type Named = Pick<RequestOf<'Hello'>, 'clientId' | 'connectionNumber'>;
type Ending = Pick<Peer, 'failWith'> & { readonly info: Pick<Peer['info'], 'ended'> };

interface Newest {
  readonly peer: Ending;
  readonly connectionNumber: number;
}

/** Correlation id of what is said about the connection, not about a request. */
const CONNECTION_ITSELF = 0;

export class NewestConnections {
  /** User and client. */
  readonly #newest = new Map<string, Newest>();

  get size(): number {
    return this.#newest.size;
  }

  /** Throws INVALID_REQUEST where a newer connection of the client was let in before. */
  enter(peer: Ending, user: string, { clientId, connectionNumber }: Named): void {
    if (clientId === null) return;
    const name = JSON.stringify([user, clientId]);
    const before = this.#newest.get(name);
    if (before !== undefined && before.connectionNumber >= connectionNumber) {
      const message = 'This client has a newer connection.';
      const detail = { field: 'connectionNumber', limit: String(before.connectionNumber + 1) };
      throw new MillraceError('INVALID_REQUEST', message, detail);
    }
    this.#newest.set(name, { peer, connectionNumber });
    peer.info.ended.onCancel(() => {
      if (this.#newest.get(name)?.peer === peer) this.#newest.delete(name);
    });
    const error = new MillraceError('CANCELLED', 'The client has a newer connection.');
    before?.peer.failWith(CONNECTION_ITSELF, error);
  }
}
