// Who watches a broker: a scrape of the metrics every second, and a WebSocket that follows the counts of all queues, as a page that is
// open does. It can be switched on and off.

import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArenaBroker } from '../workloads/workload.ts';

const SCRAPE_EVERY_MS = 1_000;
const SCRAPES_BEFORE = 20;
/** While they warm up. */
const WARM_SCRAPE_EVERY_MS = 200;
const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': Buffer.from('the page is open').toString('base64'),
};

type Watchable = Pick<ArenaBroker, 'adminUrl' | 'httpUrl'>;

export class Watcher {
  readonly scrapeMs: number[] = [];
  /** Of the last one. */
  scrapeBytes = 0;
  feedBytes = 0;
  readonly #broker: Watchable;

  constructor(broker: Watchable) {
    this.#broker = broker;
  }

  /** Before all windows, so that the code of scrapes and feeds is as warm as in a broker that is watched for hours. */
  async warmUp(ms: number): Promise<void> {
    const endsAt = performance.now() + ms;
    const feed = await Feed.open(this.#broker.httpUrl);
    for (let at = 0; at < SCRAPES_BEFORE; at += 1) await this.#scrape();
    for (let due = performance.now(); due < endsAt; due += WARM_SCRAPE_EVERY_MS) {
      await until(due);
      await this.#scrape();
    }
    feed.close();
    this.scrapeMs.length = 0;
  }

  /** Watches for so long. Rejects where a scrape failed, or where the feed said nothing. */
  async watch(ms: number): Promise<void> {
    const endsAt = performance.now() + ms;
    const feed = await Feed.open(this.#broker.httpUrl);
    try {
      for (let due = endsAt - ms; due < endsAt; due += SCRAPE_EVERY_MS) {
        await until(due);
        await this.#scrape();
      }
      await until(endsAt);
      if (feed.bytes === 0) throw new Error('the feed said nothing in a window');
      this.feedBytes += feed.bytes;
    } finally {
      feed.close();
    }
  }

  async #scrape(): Promise<void> {
    const startedAt = performance.now();
    const reply = await fetch(`${this.#broker.adminUrl}/metrics`);
    const text = await reply.text();
    if (!reply.ok) throw new Error(`a scrape was answered with ${reply.status}`);
    this.scrapeBytes = text.length;
    this.scrapeMs.push(performance.now() - startedAt);
  }
}

/** A time of performance.now(). */
export async function until(dueAt: number): Promise<void> {
  const ms = dueAt - performance.now();
  if (ms > 0) await sleep(ms);
}

/** Takes what comes and looks at none of it: drawing is the page's affair, on another machine. */
class Feed {
  bytes = 0;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
    });
  }

  static async open(httpUrl: string): Promise<Feed> {
    const asked: ClientRequest = request(`${httpUrl}/live?queues=*`, { headers: UPGRADE }).end();
    const refused = once(asked, 'response').then(([reply]) => {
      throw new Error(`the feed was answered with ${(reply as IncomingMessage).statusCode}`);
    });
    const [, socket, head] = (await Promise.race([once(asked, 'upgrade'), refused])) as [
      IncomingMessage,
      Socket,
      Buffer,
    ];
    const feed = new Feed(socket);
    feed.bytes = head.length;
    return feed;
  }

  close(): void {
    this.#socket.destroy();
  }
}
