// The public face of the bench package: what the documentation is made from, and the shape of its answer.

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
} from './peers/peer.ts';
export { benchReference } from './reference.ts';
export type { Report } from './report/report.ts';
