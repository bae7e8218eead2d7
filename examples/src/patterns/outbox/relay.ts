// The relay: sends what the outbox holds and forgets it then. Killed at any point it begins again where the outbox stands,
// and the broker drops what it has already.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@millrace/client';
import { EVENTS } from './names.ts';
import { type Order, ShopStore } from './shop-store.ts';

const [, , brokers = '127.0.0.1:7650', path = 'shop', dieAt = ''] = process.argv;
const BATCH = 2;
const POLL_MS = 50;

let batches = 0;

/** For show: with its second batch the process is killed here, if it was started so. */
function crashPoint(name: string): void {
  if (name === dieAt && batches === 2) process.kill(process.pid, 'SIGKILL');
}

const store = new ShopStore(path);
const client = await connect({ brokers, waitForBrokerMs: 60_000 });
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

// #region relay
// Its name fences: if another relay is started, this one can send no more, however late it wakes up.
const producer = client.producer<Order>({ name: 'example.outbox.relay' });

while (!stopping.signal.aborted) {
  const rows = [...store.outbox.getRange({ limit: BATCH })];
  if (rows.length === 0) {
    await sleep(POLL_MS);
    continue;
  }
  batches += 1;
  crashPoint('before the send');
  const sent = producer.sendBatch(
    EVENTS,
    rows.map(({ value: { eventId, order } }) => ({
      key: order.id,
      value: order,
      dedupId: eventId,
    })),
  );
  setImmediate(crashPoint, 'during the send');
  await sent;
  crashPoint('after the send');
  store.forget(rows.map(({ key }) => key));
  crashPoint('after the rows are gone');
}
// #endregion
await client.close();
