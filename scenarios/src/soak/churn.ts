// What comes and goes beside the load: connections, topics, groups, schedules, requests and feeds over HTTP, and bytes that
// are no request. Whatever it leaves behind in the broker is a leak.

import { connect as dial } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@millrace/client';
import { askHttp } from './http-ask.ts';
import { type LaneContext, unlessKilled } from './lane.ts';

const ROUND_PAUSE_MS = 250;
const FEED_BYTES = 200;
const SOCKET_MS_MAX = 2_000;

/** Where the broker is now: it changes with every kill. */
export interface Target {
  readonly address: string;
  readonly httpUrl: string;
}

export class Churn {
  readonly #context: LaneContext;
  readonly #target: () => Target;
  #isStopped = false;
  #loops: Promise<unknown> = Promise.resolve();
  rounds = 0;

  constructor(context: LaneContext, target: () => Target) {
    this.#context = context;
    this.#target = target;
  }

  start(): void {
    const loops = [
      this.#again('a connection', () => this.#comeAndGo()),
      this.#again('bytes that are no request', () => this.#garbage()),
      this.#again('HTTP', () => this.#overHttp()),
    ];
    this.#loops = Promise.all(loops);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#loops;
  }

  async #again(what: string, round: () => Promise<void>): Promise<void> {
    while (!this.#isStopped) {
      await unlessKilled(this.#context.findings, what, round);
      this.rounds += 1;
      await sleep(ROUND_PAUSE_MS);
    }
  }

  async #comeAndGo(): Promise<void> {
    const client = await this.#context.connect('soak-churn');
    try {
      const name = `soak-passing-${this.rounds}`;
      await client.admin.createTopic({ name, partitions: 2 });
      const config = { onExhausted: 'drop' } as const;
      await client.admin.createShareGroup({ group: name, topics: [name], config });
      await client.producer().send({ topic: name, value: name });
      const [message] = await client.queue(name).receive({ topics: name, maxWaitMs: 1_000 });
      await message?.accept();
      await this.#schedule(client, name);
      await client.admin.deleteShareGroup(name);
      await client.admin.deleteTopic(name);
    } finally {
      await client.close();
    }
  }

  async #schedule(client: Client, name: string): Promise<void> {
    await client.admin.createSchedule({ name, topic: name, value: 'tick', everyMs: 60_000 });
    await client.admin.deleteSchedule(name);
  }

  /** Resolves however the connection ends. */
  #garbage(): Promise<void> {
    const { address } = this.#target();
    const [host = '', port = ''] = address.split(':');
    return new Promise((resolve) => {
      const socket = dial(Number(port), host);
      const timer = setTimeout(() => socket.destroy(), SOCKET_MS_MAX);
      socket.on('error', () => {});
      socket.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.resume();
      socket.write(Buffer.from([0, 0, 0, 8, 0xc1, 0xff, 0, 1, 2, 3, 4, 5]));
    });
  }

  /** The gateway beside the broker is killed with it: that there is no answer is no finding. */
  async #overHttp(): Promise<void> {
    const { httpUrl } = this.#target();
    for (const path of ['/topics', '/dashboard', '/healthz', '/no-such-page']) {
      await askHttp(`${httpUrl}${path}`).catch(() => undefined);
    }
    await askHttp(`${httpUrl}/live?queues=*`, { untilBytes: FEED_BYTES }).catch(() => undefined);
  }
}
