// What the processes and the data directory of the soak hold, again and again: memory and handles as the kernel counts them,
// heaps and free pages as the servers tell them, bytes on the disk. It judges nothing.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { collectHere } from './collect.ts';
import { askHttp } from './http-ask.ts';
import type { SoakServer } from './server.ts';

export interface Held {
  /** Memory that is the process's own. */
  readonly memoryBytes: number;
  /** Open files and sockets. */
  readonly handles: number;
}

export interface Sample {
  /** Since the soak began. */
  readonly ms: number;
  readonly life: number;
  /** Of the broker, since its start. */
  readonly ageMs: number;
  /** Null while it is down. */
  readonly broker: Held | null;
  /** Used, of all V8 heaps of the broker; null where it did not say. */
  readonly heapBytes: number | null;
  readonly gateway: Held | null;
  readonly gatewayHeapBytes: number | null;
  readonly load: Held | null;
  /** Used, of this process. */
  readonly loadHeapBytes: number;
  /** What the files of the data directory take on the disk. */
  readonly diskBytes: number;
  /** The same without the pages that hold nothing; null where the broker did not say. */
  readonly dataBytes: number | null;
}

const SAMPLE_EVERY_MS = 500;
const BLOCK_BYTES = 512;
const HEAP = /^millrace_\w*nodejs_heap_size_used_bytes (\S+)/gm;
const REUSABLE = /^millrace_store_reusable_bytes (\S+)/gm;

export class Sampler {
  readonly samples: Sample[] = [];
  readonly #server: SoakServer;
  readonly #dataDir: string;
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #stopCollecting = collectHere();
  #isAsking = false;

  constructor(server: SoakServer, dataDir: string) {
    this.#server = server;
    this.#dataDir = dataDir;
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopCollecting();
  }

  get now(): number {
    return performance.now() - this.#startedMs;
  }

  async #sample(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { pid, life, gatewayPid, adminUrl, gatewayUrl } = this.#server;
    const [told, toldByGateway] = await Promise.all([metricsOf(adminUrl), metricsOf(gatewayUrl)]);
    this.#isAsking = false;
    const diskBytes = diskBytesOf(this.#dataDir);
    const reusableBytes = sumOf(told, REUSABLE);
    // It may have been killed meanwhile: what is read then is of nobody.
    const isSame = this.#server.pid === pid;
    this.samples.push({
      ms: this.now,
      life: life.number,
      ageMs: performance.now() - life.startedMs,
      broker: isSame ? heldBy(pid) : null,
      heapBytes: isSame ? sumOf(told, HEAP) : null,
      gateway: heldBy(gatewayPid),
      gatewayHeapBytes: sumOf(toldByGateway, HEAP),
      load: heldBy(process.pid),
      loadHeapBytes: process.memoryUsage().heapUsed,
      diskBytes,
      dataBytes: reusableBytes === null ? null : diskBytes - reusableBytes,
    });
  }
}

/** Null: the process is gone, or the system does not tell. */
export function heldBy(pid: number): Held | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN);
    return { memoryBytes: kilobytes * 1_024, handles: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return null;
  }
}

/** Empty while it is down. */
async function metricsOf(url: string): Promise<string> {
  return askHttp(`${url}/metrics`).then(
    ({ text }) => text,
    () => '',
  );
}

/** Of all lines of that name: a process has a heap for each of its threads. */
function sumOf(metrics: string, name: RegExp): number | null {
  const values = [...metrics.matchAll(name)];
  const sum = values.reduce((total, [, value]) => total + Number(value), 0);
  return values.length > 0 && Number.isFinite(sum) ? sum : null;
}

function diskBytesOf(path: string): number {
  let sum = 0;
  for (const name of readdirSync(path)) {
    // A file may go while it is looked at.
    const found = statSync(join(path, name), { throwIfNoEntry: false });
    sum += (found?.blocks ?? 0) * BLOCK_BYTES;
  }
  return sum;
}
