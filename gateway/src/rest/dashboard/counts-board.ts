// Counts of all queues, taken once for everybody who asks within a second. It keeps the last answer and nothing else.

import type { Client } from '@millrace/client';
import type { Session } from '../../services.ts';
import { type Dashboard, queueCountsOf, totalsOf } from './counts.ts';

/** An answer stands for so long, so that who asks every second gets a new one; where counting takes long, for longer. */
const AGE_MS = 900;
const AGE_MS_MAX = 5_000;
/** Counting takes no more than this part of the time, until answers would be too old. */
const DUTY = 0.2;

/** Each session has its own: users see different queues. */
export type BoardOf = (session: Session) => CountsBoard;

export class CountsBoard {
  private readonly client: Client;
  private readonly ageMs: number;
  private last: Dashboard | undefined;
  private freshUntil = 0;
  private counting: Promise<Dashboard> | undefined;

  constructor(client: Client, ageMs: number = AGE_MS) {
    this.client = client;
    this.ageMs = ageMs;
  }

  /** At most a second old; of thousands of queues up to five seconds. */
  async latest(): Promise<Dashboard> {
    if (this.last !== undefined && performance.now() < this.freshUntil) return this.last;
    this.counting ??= this.count().finally(() => {
      this.counting = undefined;
    });
    return this.counting;
  }

  private async count(): Promise<Dashboard> {
    const began = performance.now();
    const counted = await this.client.admin.countShareGroups();
    const queues = counted.map((queue) => queueCountsOf(queue, Date.now()));
    this.last = { atMs: Date.now(), totals: totalsOf(queues), queues };
    const tookMs = performance.now() - began;
    this.freshUntil = began + Math.min(AGE_MS_MAX, Math.max(this.ageMs, tookMs / DUTY));
    return this.last;
  }
}
