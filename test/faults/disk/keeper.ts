// Sends while things fail, and remembers what was acknowledged: afterwards all of it has to be there.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, codecs, connect, MillraceError } from '@millrace/client';

export const TOPIC = 'kept';
/** `npm run faults`: every fault; the suite meets one of a kind. */
export const IS_WHOLE = process.env['MILLRACE_FAULTS'] === 'whole';
const SETTLE_MS_MAX = 30_000;

/** Codes of why `/readyz` says no; none where it says yes. */
export async function reasonsNotReady(adminUrl: string): Promise<readonly string[]> {
  const reply = await fetch(`${adminUrl}/readyz`);
  if (reply.status === 200) return [];
  const { reasons } = (await reply.json()) as { reasons: readonly { code: string }[] };
  return reasons.map(({ code }) => `${reply.status} ${code}`);
}

export class Keeper {
  readonly acknowledged = new Map<number, string>();
  /** Names of the errors that senders got. */
  readonly errors = new Set<string>();
  #sent = 0;

  /** `count` sends, some at a time; what is refused is remembered by its name. */
  async send(brokers: string, count: number, bytes = 200): Promise<void> {
    const client = await this.connect(brokers);
    const producer = client.producer({ codec: codecs.text });
    const one = async (): Promise<void> => {
      this.#sent += 1;
      const value = `${this.#sent}:${'z'.repeat(bytes)}`;
      try {
        const { offset } = await producer.send({ topic: TOPIC, partition: 0, value });
        this.acknowledged.set(offset, value);
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error;
        this.errors.add(error.code);
      }
    };
    for (let left = count; left > 0; left -= 4) await Promise.all([one(), one(), one(), one()]);
    await client.close();
  }

  /** Until one is acknowledged. @throws where none is in time. */
  async untilServed(brokers: string): Promise<void> {
    const before = this.acknowledged.size;
    const giveUpAt = performance.now() + SETTLE_MS_MAX;
    while (this.acknowledged.size === before) {
      if (performance.now() > giveUpAt) throw new Error(`no service: ${[...this.errors].join()}`);
      await this.send(brokers, 4);
      await sleep(20);
    }
  }

  /** Offsets whose records are missing or have other bytes. */
  async missing(brokers: string): Promise<number[]> {
    const client = await this.connect(brokers);
    const left = new Map(this.acknowledged);
    const [end] = (await client.admin.describeTopic(TOPIC)).partitions;
    const consumer = client.consumer<string>({ topics: TOPIC, codec: codecs.text });
    if ((end?.endOffset ?? 0) > 0) {
      for await (const { offset, value } of consumer) {
        if (left.get(offset) === value) left.delete(offset);
        if (offset + 1 >= (end?.endOffset ?? 0)) break;
      }
    }
    await consumer.close();
    await client.close();
    return [...left.keys()];
  }

  /** A request is not tried again for long: what the broker says is to be seen. */
  connect(brokers: string): Promise<Client> {
    return connect({ brokers, logger: null, requestTimeoutMs: 1_500, waitForBrokerMs: 10_000 });
  }
}
