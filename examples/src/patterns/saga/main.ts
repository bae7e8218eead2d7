// An order through three services, undone where one says no: orchestrator and services are killed in the middle, and no
// customer pays for nothing. Run it with `npm run example -- saga`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Client, codecs, connect } from '@millrace/client';
import { endWithMe } from '../../support/end-with-me.ts';
import { makeAnew } from '../../support/make-anew.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { commandsOf, DEAD, ORCHESTRATOR, OUTCOMES, STATES } from './names.ts';
import { Outside } from './outside.ts';
import { type Outcome, type Saga, STEPS } from './saga.ts';

const brokers = process.argv[2] ?? '127.0.0.1:7650';
const path = temporaryFolder('saga');
const ORDERS = ['o-1', 'o-2', 'o-3', 'o-4', 'o-5', 'o-6'];

/** A program that is started again whenever it is killed, as a supervisor would. */
class Supervised {
  kills = 0;
  readonly #name: string;
  #child: ChildProcess;
  #isStopping = false;

  constructor(name: string) {
    this.#name = name;
    this.#child = this.#start();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  #start(): ChildProcess {
    const file = fileURLToPath(new URL(`./${this.#name}.js`, import.meta.url));
    const child = endWithMe(spawn(process.execPath, [file, brokers, path], { stdio: 'inherit' }));
    child.once('exit', (_code, signal) => {
      if (this.#isStopping) return;
      if (signal === 'SIGKILL') this.kills += 1;
      this.#child = this.#start();
    });
    return child;
  }
}

async function setUp(client: Client): Promise<void> {
  // #region set-up
  const config = { visibilityTimeoutMs: 2_000, backoff: 'fixed', backoffBaseMs: 50 } as const;
  const letters = { onExhausted: 'dlq', onExpired: 'dlq' } as const;
  await makeAnew(client, {
    topics: [
      { name: OUTCOMES },
      { name: DEAD },
      { name: STATES, config: { cleanupPolicy: 'compact' } },
      ...STEPS.map((step) => ({ name: commandsOf(step) })),
    ],
    shareGroups: [
      ...STEPS.map((step) => ({
        group: commandsOf(step),
        topics: [commandsOf(step)],
        deadLetterTopic: DEAD,
        config: { ...config, ...letters, maxDeliveries: 0 },
      })),
      // What the orchestrator itself cannot make sense of stays where it is until somebody looks.
      {
        group: ORCHESTRATOR,
        topics: [OUTCOMES, DEAD],
        config: { ...config, onExhausted: 'block' },
      },
    ],
  });
  // #endregion
}

/** Reads the table of states until every order has come to its end. */
async function untilAllEnded(client: Client): Promise<Map<string, Saga>> {
  const ended = new Map<string, Saga>();
  const states = client.consumer({ topics: STATES, codec: codecs.json<Saga>() });
  for await (const { value: saga } of states) {
    if (saga.state === 'done' || saga.state === 'undone') ended.set(saga.order, saga);
    if (ended.size === ORDERS.length) break;
  }
  return ended;
}

await using client = await connect({ brokers });
await setUp(client);
const orchestrator = new Supervised('orchestrator');
const services = new Supervised('services');
try {
  // #region place
  const orders: { key: string; value: Outcome; dedupId: string }[] = ORDERS.map((order) => ({
    key: order,
    value: { saga: { order, state: 'going', at: -1 }, outcome: 'done' },
    dedupId: order,
  }));
  await client.producer<Outcome>().sendBatch(OUTCOMES, orders);
  // #endregion
  const sagas = await untilAllEnded(client);
  const outside = new Outside(path);
  for (const order of ORDERS) {
    const { state, why = 'went well' } = sagas.get(order) ?? {};
    console.log(`${order} ${state}, ${why}: ${outside.history(order).join(', ')}`);
  }
  console.log('killed: orchestrator', orchestrator.kills, 'services', services.kills);
} finally {
  await Promise.all([orchestrator.stop(), services.stop()]);
}
