// What a peer is to the driver, for the kinds of this package, and what all of them say when something is missing.

import type { Found } from '@millrace/bench';

export type {
  Channel,
  Found,
  PeerKind,
  PeerMode,
  Reading,
  ReadOptions,
  RunningPeer,
  Sender,
  WorkOptions,
} from '@millrace/bench';

/** Without a server or a client: what it is, and the command that brings it. */
export function missing(what: string): Found {
  return { missing: `${what} is not installed: npm run bench -- peers --install` };
}
