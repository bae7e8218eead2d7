// What a stretch of work cost: CPU of the server's processes, and of this one with any that the client started.

import type { RunningPeer } from '../peer.ts';
import { treeCpuSeconds, treeResidentBytes } from '../process-tree.ts';

export interface Cost {
  /** Null where the system does not tell. */
  readonly serverCpuSeconds: number | null;
  readonly clientCpuSeconds: number;
}

const MICROSECONDS = 1_000_000;

export class Meter {
  readonly #peer: RunningPeer;

  constructor(peer: RunningPeer) {
    this.#peer = peer;
  }

  /** Begins a stretch; the function that comes back ends it. */
  start(): () => Cost {
    const serverBefore = treeCpuSeconds(this.#peer.pids);
    const clientBefore = this.#clientCpuSeconds();
    return () => {
      const server = treeCpuSeconds(this.#peer.pids);
      return {
        serverCpuSeconds: server === null || serverBefore === null ? null : server - serverBefore,
        clientCpuSeconds: this.#clientCpuSeconds() - clientBefore,
      };
    };
  }

  residentBytes(): number | null {
    return treeResidentBytes(this.#peer.pids);
  }

  #clientCpuSeconds(): number {
    const { user, system } = process.cpuUsage();
    const others = treeCpuSeconds(this.#peer.clientPids ?? []) ?? 0;
    return (user + system) / MICROSECONDS + others;
  }
}
