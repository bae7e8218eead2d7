// What the parent and the process of one peer and mode say to each other, over the channel of Node.

import type { ComparedWork, PeerWork } from '../results/results.ts';
import type { Found, PeerMode } from './peer.ts';

/** The same for every peer. Times in milliseconds. */
export interface PeerSettings {
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly runs: number;
  /** Messages a second of the work `latency`. */
  readonly rate: number;
}

export type ToChild =
  | { readonly kind: 'describe'; readonly peer: string }
  | {
      readonly kind: 'measure';
      readonly peer: string;
      readonly mode: PeerMode['name'];
      readonly works: readonly PeerWork[];
      readonly settings: PeerSettings;
      readonly directory: string;
    };

export type FromChild =
  | { readonly kind: 'described'; readonly found: Found; readonly modes: readonly PeerMode[] }
  /** The server is there: what fails from now on is a work. */
  | { readonly kind: 'started' }
  | { readonly kind: 'step'; readonly title: string; readonly durationMs: number }
  /** The last of a child if it failed: whatever hangs then, hangs in that process. */
  | { readonly kind: 'measured'; readonly work: ComparedWork; readonly isFailed: boolean }
  | { readonly kind: 'failed'; readonly reason: string };
