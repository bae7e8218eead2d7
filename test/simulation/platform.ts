// What stands in for modules of node and for the disk in a simulation: each asks the simulation that runs now.

import type { Store } from '@millrace/storage';
import type { Network } from './network.ts';

export interface Platform {
  readonly network: Network;
  readonly random: () => number;
  /** Of the broker that starts now. */
  openStore(): Store;
}

let platform: Platform | undefined;

export function usePlatform(next: Platform | undefined): void {
  platform = next;
}

function now(): Platform {
  if (platform === undefined) throw new Error('no simulation runs');
  return platform;
}

/** For node:net. */
export const net = {
  connect: (options: Parameters<Network['connect']>[0]) => now().network.connect(options),
  createServer: () => now().network.createServer(),
};

/** For node:http. */
export const http = { createServer: () => now().network.createServer() };

function randomBytes(count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => Math.floor(now().random() * 256)));
}

/** For node:crypto. */
export const crypto = {
  randomBytes,
  randomUUID: () => {
    const hex = randomBytes(16).toString('hex');
    const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
    return [...parts, hex.slice(20)].join('-');
  },
};

/** For the broker's storage. */
export async function openStorage() {
  return {
    store: now().openStore(),
    path: '/nowhere',
    instanceId: 'simulation',
    close: async () => undefined,
  };
}
