// Waiting for a condition instead of for luck, and clean-up that no test forgets.
import { afterEach } from 'vitest';
import { type Client, type ConnectOptions, connect } from '../../src/index.ts';
import { FakeBroker, type Handlers } from './fake-broker.ts';

/** Resolves once `condition` holds; throws what it threw last, or says that it never held. */
export async function eventually(condition: () => unknown, ms = 20_000): Promise<void> {
  const giveUpAt = performance.now() + ms;
  for (;;) {
    try {
      if (condition() !== false) return;
      if (performance.now() > giveUpAt) throw new Error(`never true: ${condition.toString()}`);
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const cleanups: (() => Promise<unknown>)[] = [];

export function cleanup(step: () => Promise<unknown>): void {
  cleanups.push(step);
}

afterEach(async () => {
  for (const step of cleanups.splice(0).toReversed()) await step();
});

export async function fakeBroker(handlers: Handlers = {}): Promise<FakeBroker> {
  const broker = await FakeBroker.start(handlers);
  cleanup(() => broker.stop());
  return broker;
}

const QUICK = { retry: { firstDelayMs: 5, maxDelayMs: 50 }, logger: null } as const;

/** A client that is closed after the test, with short pauses. */
export async function clientOf(
  broker: { readonly address: string },
  options: Partial<ConnectOptions> = {},
): Promise<Client> {
  const client = await connect({ brokers: broker.address, ...QUICK, ...options });
  cleanup(() => client.close({ timeoutMs: 200 }));
  return client;
}

/** What the promise rejects with; fails where it does not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (error: Error) => error,
  );
}
