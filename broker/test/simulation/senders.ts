// Clients of a simulation that send: a batch is sent again until it has an answer, and its ids see to it that it is there
// once. They write down what they sent and where it lies. They check nothing.

import type { Random } from '@millrace/harness';
import { dedupHash, encodeBatch } from '@millrace/protocol';
import { PARTITIONS } from './sim-groups.ts';
import type { Place, Witness } from './witness.ts';
import { Killed, type World } from './world.ts';

const KEYS = ['a', 'b', 'c', 'd', null] as const;
const utf8 = new TextEncoder();

export class Senders {
  readonly #world: World;
  readonly #witness: Witness;
  readonly #random: Random;
  readonly #topicId: number;
  #next = 0;

  constructor(world: World, witness: Witness, random: Random, topicId: number) {
    this.#world = world;
    this.#witness = witness;
    this.#random = random;
    this.#topicId = topicId;
  }

  /** Gives how many messages are there for sure. */
  async produce(): Promise<number> {
    const partition = this.#random.between(0, PARTITIONS - 1);
    const delays = this.#random.chance(0.2);
    const records = Array.from({ length: this.#random.between(1, 6) }, () => {
      const key = this.#random.pick(KEYS);
      const payload = `p${this.#next}`;
      this.#next += 1;
      this.#witness.sends(payload);
      return { key, payload, delayMs: delays ? this.#random.pick([0, 30, 500]) : 0 };
    });
    const batch = encodeBatch(
      records.map(({ key, payload, delayMs }) => ({
        key: key === null ? null : utf8.encode(key),
        value: utf8.encode(payload),
        delayMs,
        dedup: dedupHash(payload),
      })),
      { nowMs: Date.now(), codec: this.#random.pick(['none', 'gzip'] as const) },
    );
    const places = await this.#store(partition, batch, records.length);
    for (const [i, place] of places.entries()) {
      const { key, payload } = records[i] as (typeof records)[number];
      this.#witness.stored.set(`${place.partition}/${place.offset}`, { key, payload });
    }
    return places.length;
  }

  /** Sends the batch until a reply comes: its ids see to it that it is there once. */
  async #store(partition: number, batch: Uint8Array, count: number): Promise<Place[]> {
    for (;;) {
      try {
        const batches = [{ topicId: this.#topicId, partition, batch: batch.slice() }];
        const { results } = await this.#world.call('Produce', { batches });
        const [result] = results;
        if (result?.errorCode !== 0) return [];
        if (result.baseOffset < 0) {
          return [...(result.duplicates ?? [])];
        }
        return Array.from({ length: count }, (_, i) => {
          return { partition, offset: result.baseOffset + i };
        });
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    }
  }
}
