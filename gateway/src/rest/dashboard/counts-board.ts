// Counts of all queues, taken once for everybody who asks within a second. It keeps the last answer and nothing else.

import { type Client, MillraceError } from '@millrace/client';
import type { Session } from '../../services.ts';
import { type Dashboard, type QueueCounts, queueCountsOf, totalsOf } from './counts.ts';

/** An answer stands for so long, so that who asks every second gets a new one; where counting takes long, for longer. */
const AGE_MS = 900;
const AGE_MS_MAX = 5_000;
/** Groups asked about at a time: other requests of the connection are not held up. */
const ASKED_AT_A_TIME = 32;
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
    const groups = await this.client.admin.listGroups();
    const names = groups.filter(({ kind }) => kind === 'share').map(({ name }) => name);
    const queues = await this.countAll(names);
    this.last = { atMs: Date.now(), totals: totalsOf(queues), queues };
    const tookMs = performance.now() - began;
    this.freshUntil = began + Math.min(AGE_MS_MAX, Math.max(this.ageMs, tookMs / DUTY));
    return this.last;
  }

  private async countAll(names: readonly string[]): Promise<QueueCounts[]> {
    const counted: (QueueCounts | undefined)[] = [];
    let next = 0;
    const countOn = async () => {
      while (next < names.length) {
        const at = next;
        next += 1;
        counted[at] = await this.countOne(names[at] as string);
      }
    };
    await Promise.all(Array.from({ length: ASKED_AT_A_TIME }, countOn));
    return counted.filter((queue) => queue !== undefined);
  }

  /** Undefined where the group has gone meanwhile. */
  private async countOne(group: string): Promise<QueueCounts | undefined> {
    try {
      return queueCountsOf(group, await this.client.admin.counters(group), Date.now());
    } catch (error) {
      const isGone =
        error instanceof MillraceError &&
        (error.code === 'UNKNOWN_GROUP' || error.code === 'GROUP_KIND_MISMATCH');
      if (isGone) return undefined;
      throw error;
    }
  }
}
