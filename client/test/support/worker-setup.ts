// Workers over a share group in memory.
import type { WorkerOptions } from '../../src/index.ts';
import { clientOf, fakeBroker } from './eventually.ts';
import { FakeLedger } from './fake-ledger.ts';
import { FakeQueue } from './fake-queue.ts';

export type Options = Partial<WorkerOptions<number>>;

export async function setup(
  values: readonly number[] = [],
  keyOf?: (value: unknown) => string | null,
) {
  const queue = new FakeQueue();
  queue.topics.push(['out', 3]);
  queue.add(values, keyOf);
  const ledger = new FakeLedger(queue);
  const broker = await fakeBroker({ ...queue.handlers, ...ledger.handlers });
  const client = await clientOf(broker);
  const work = (options: Options) =>
    client.worker<number>({ group: 'g', topics: 't', ...options } as WorkerOptions<number>);
  return { queue, ledger, broker, client, work };
}

export const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
