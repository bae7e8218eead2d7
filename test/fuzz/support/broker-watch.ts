// Somebody who uses the broker while others send it garbage: whether requests are answered and the log holds what was sent;
// and how large its heap and how long its event loop's delay became.

import { type Client, connect, type Producer } from '@millrace/client';
import type { BrokerProcess } from '@millrace/harness';

export interface Measured {
  readonly heapRiseBytes: number;
  readonly loopDelaySecondsMax: number;
}

const TOPIC = 'bystander';
/** Inputs between two looks at the metrics: each look starts a new measurement of the loop's delay. */
const LOOK_EVERY = 25;

export class BrokerWatch {
  readonly #broker: BrokerProcess;
  readonly #client: Client;
  readonly #producer: Producer<number>;
  readonly #heapBefore: number;
  #sent = 0;
  #lastOffset = -1;
  #loopDelaySecondsMax = 0;

  private constructor(broker: BrokerProcess, client: Client, heapBefore: number) {
    this.#broker = broker;
    this.#client = client;
    this.#producer = client.producer<number>();
    this.#heapBefore = heapBefore;
  }

  /** Makes the topics and groups that the fuzzer's names stand for. */
  static async start(broker: BrokerProcess, names: readonly string[]): Promise<BrokerWatch> {
    const client = await connect({ brokers: broker.address, clientName: TOPIC, logger: null });
    await client.admin.createTopic({ name: TOPIC, partitions: 1 });
    for (const name of names.slice(0, 2)) {
      await client.admin.createTopic({ name, partitions: 2 });
      await client.admin.createShareGroup({ group: name, topics: [name] });
    }
    return new BrokerWatch(broker, client, await readMetric(broker, HEAP));
  }

  /** Undefined: all is well. */
  async fault(): Promise<string | undefined> {
    try {
      const { offset } = await this.#producer.send({ topic: TOPIC, value: this.#sent });
      // Garbage may append to it, by its id, and may take nothing back.
      if (offset <= this.#lastOffset) return 'a record of the bystander is gone';
      this.#lastOffset = offset;
      this.#sent += 1;
      if (this.#sent % LOOK_EVERY === 0) await this.#look();
      return undefined;
    } catch (error) {
      return `the bystander met ${String(error)}`;
    }
  }

  async measured(): Promise<Measured> {
    await this.#look();
    const heapRiseBytes = (await readMetric(this.#broker, HEAP)) - this.#heapBefore;
    return { heapRiseBytes, loopDelaySecondsMax: this.#loopDelaySecondsMax };
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #look(): Promise<void> {
    const delay = await readMetric(this.#broker, LOOP_DELAY);
    this.#loopDelaySecondsMax = Math.max(this.#loopDelaySecondsMax, delay);
  }
}

const HEAP = 'millrace_nodejs_heap_size_used_bytes';
const LOOP_DELAY = 'millrace_nodejs_eventloop_lag_max_seconds';

/** Throws where it is not there: a bound on nothing would always hold. */
async function readMetric({ adminUrl }: BrokerProcess, name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`/metrics has no ${name}`);
  return Number(found);
}
