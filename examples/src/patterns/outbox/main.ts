// A database and a topic that agree: rows and events in one local transaction, a relay that is killed at every point, and
// each event once. Run it with `npm run example -- outbox`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, codecs, connect } from '@millrace/client';
import { endWithMe } from '../../support/end-with-me.ts';
import { makeAnew } from '../../support/make-anew.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { EVENTS } from './names.ts';
import { type Order, ShopStore } from './shop-store.ts';

const brokers = process.argv[2] ?? '127.0.0.1:7650';
const path = temporaryFolder('shop');

function start(program: 'shop' | 'relay', ...args: string[]): ChildProcess {
  const file = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
  return endWithMe(spawn(process.execPath, [file, ...args], { stdio: 'inherit' }));
}

async function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}

/** All there is in the topic, by order. */
async function eventsByOrder(client: Client): Promise<Map<string | null, string[]>> {
  const { partitions } = await client.admin.describeTopic(EVENTS);
  let left = partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
  const events = new Map<string | null, string[]>();
  for await (const { key, value } of client.consumer({
    topics: EVENTS,
    codec: codecs.json<Order>(),
  })) {
    events.set(key, [...(events.get(key) ?? []), value.state]);
    left -= 1;
    if (left === 0) break;
  }
  return events;
}

await using client = await connect({ brokers });
await makeAnew(client, {
  // #region topic
  // The window is the longest time that a relay may be away between a send and its bookkeeping.
  topics: [{ name: EVENTS, partitions: 2, config: { dedup: 'id', dedupWindowMs: 86_400_000 } }],
  // #endregion
});

await ended(start('shop', path, 'sell', 'o-1', 'o-2', 'o-3', 'o-4', 'o-5', 'o-6'));
const store = new ShopStore(path);
const outboxSize = () => store.outbox.getKeysCount();
console.log('the shop sold', store.orders.getKeysCount(), 'orders, events to send:', outboxSize());

const signal = await ended(start('shop', path, 'die-in-the-middle', 'o-7'));
console.log(signal, 'of the shop between row and event, orders:', store.orders.getKeysCount());

// Each relay gets through a batch of two events, and is killed with the next one.
const POINTS = ['before the send', 'during the send', 'after the send', 'after the rows are gone'];
for (const point of POINTS) {
  const killed = await ended(start('relay', brokers, path, point));
  console.log(killed, 'of the relay', point, '- to send:', outboxSize());
}

const relay = start('relay', brokers, path);
while (outboxSize() > 0) await sleep(20);
relay.kill('SIGTERM');
await ended(relay);
const events = await eventsByOrder(client);
for (const order of store.orders.getKeys()) console.log(order, events.get(order)?.join(', '));
