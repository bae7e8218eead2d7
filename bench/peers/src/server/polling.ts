// Takes and acknowledges from peers that are asked for messages: loops side by side, each asks, acknowledges, and asks again.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Reading, WorkOptions } from '../peer.ts';

export interface Poll<T> {
  readonly lanes: number;
  /** What is there right now, or comes soon; perhaps nothing. */
  take(): Promise<readonly T[]>;
  /** Resolves when all are acknowledged, in one request. */
  acknowledge(taken: readonly T[]): Promise<void>;
  readonly valueOf: (taken: T) => Uint8Array;
}

/** Between two questions that found nothing. */
const IDLE_MS = 10;

export function poll<T>({ batch, onDone, onError }: WorkOptions, peer: Poll<T>): Reading {
  const state = { isClosed: false };
  const finish = async (taken: readonly T[]) => {
    await peer.acknowledge(taken);
    onDone(taken.map(peer.valueOf));
  };
  const lane = async () => {
    while (!state.isClosed) {
      const taken = await peer.take();
      if (taken.length === 0) await sleep(IDLE_MS);
      else if (batch > 1) await finish(taken);
      else await Promise.all(taken.map((each) => finish([each])));
    }
  };
  const lanes = Array.from({ length: peer.lanes }, lane);
  const ended = Promise.all(lanes).catch((error: Error) => {
    if (!state.isClosed) onError(error);
  });
  return {
    async close() {
      state.isClosed = true;
      await ended;
    },
  };
}
