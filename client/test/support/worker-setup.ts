// Workers over a share group in memory.
import type { WorkerOptions } from '../../src/index.ts';
import { clientOf, fakeBroker } from './eventually.ts';
import { FakeQueue } from './fake-queue.ts';

export type Options = Partial<WorkerOptions<number>>;

export async function setup(values: readonly number[] = []) {
  const queue = new FakeQueue();
  queue.add(values);
  const broker = await fakeBroker(queue.handlers);
  const client = await clientOf(broker);
  const work = (options: Options) =>
    client.worker<number>({ group: 'g', topics: 't', ...options } as WorkerOptions<number>);
  return { queue, broker, client, work };
}

export const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
