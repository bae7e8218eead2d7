// A member of a group that holds partitions, works on none of them, and dies when it is told to: its connection ends without
// a word, as that of a killed process does.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect } from '@millrace/client';

export class MortalMember {
  readonly #client: Client;
  readonly #topic: string;
  readonly #group: string;
  readonly #memberId: string;
  readonly #sessionTimeoutMs: number;
  readonly #beating: Promise<void>;
  readonly #dead = new AbortController();
  /** Partitions that it holds. */
  owned: readonly number[] = [];
  /** Its last heartbeat was sent then, by performance.now(): its session counts from when the broker hears of it. */
  heardAt = 0;

  static async join(
    broker: string,
    of: { topic: string; group: string; memberId: string; sessionTimeoutMs: number },
  ): Promise<MortalMember> {
    return new MortalMember(await connect({ brokers: broker, logger: null }), of);
  }

  private constructor(
    client: Client,
    of: { topic: string; group: string; memberId: string; sessionTimeoutMs: number },
  ) {
    this.#client = client;
    this.#topic = of.topic;
    this.#group = of.group;
    this.#memberId = of.memberId;
    this.#sessionTimeoutMs = of.sessionTimeoutMs;
    this.#beating = this.#beat();
    this.#beating.catch(() => undefined);
  }

  /** Rejects where its heartbeats failed while it lived. */
  async die(): Promise<void> {
    this.#dead.abort();
    await this.#client.close();
    await this.#beating;
  }

  async #beat(): Promise<void> {
    const { signal } = this.#dead;
    let memberEpoch = 0;
    let topicId = 0;
    while (!signal.aborted) {
      const sentAt = performance.now();
      this.heardAt = sentAt;
      const reply = await this.#client
        .request(
          'GroupHeartbeat',
          {
            group: this.#group,
            memberId: this.#memberId,
            memberEpoch,
            sessionTimeoutMs: this.#sessionTimeoutMs,
            topics: memberEpoch === 0 ? [this.#topic] : null,
            owned: topicId === 0 ? [] : [{ topicId, partitions: this.owned }],
            maxWaitMs: memberEpoch === 0 ? 0 : Math.floor(this.#sessionTimeoutMs / 3),
          },
          { signal },
        )
        .catch((error: unknown) => {
          if (signal.aborted) return undefined;
          throw error;
        });
      if (reply === undefined) return;
      memberEpoch = reply.memberEpoch;
      const isNews = reply.assignment !== null;
      for (const of of reply.assignment ?? []) topicId = of.topicId;
      if (isNews) this.owned = (reply.assignment ?? []).flatMap((of) => of.partitions);
      const restMs = reply.heartbeatIntervalMs - (performance.now() - sentAt);
      if (!isNews && restMs > 0) await sleep(restMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
