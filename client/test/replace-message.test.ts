// A message replaced by a corrected copy: one transaction, once, also where its reply is lost.
import {
  batchHeader,
  DEAD_LETTER_HEADERS,
  encodeBatch,
  MillraceError,
  messageId,
  readRecords,
  stampBatch,
} from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { clientOf, fakeBroker, rejection } from './support/eventually.ts';
import { SILENT } from './support/fake-broker.ts';
import { FakeLog } from './support/fake-log.ts';

const ID = messageId(2, 0, 5);
const STATE = {
  firstOffset: 5,
  lastOffset: 5,
  state: 'fresh' as const,
  deliveries: 0,
  token: null,
  memberId: null,
  untilMs: null,
  firstDeliveredAtMs: null,
  lastError: null,
  deadReason: null,
};

/** A dead letter of topic `orders` in `orders.dlq`. */
function letter(): Uint8Array {
  const text = (value: string) => Buffer.from(value);
  const headers = [
    ['trace', text('t1')],
    [DEAD_LETTER_HEADERS.topic, text('orders')],
    [DEAD_LETTER_HEADERS.error, text('no price')],
    [DEAD_LETTER_HEADERS.messageId, text(messageId(1, 0, 7))],
  ] as const;
  const record = { key: text('k'), value: text('{"price":null}'), headers };
  const batch = Buffer.from(encodeBatch([record], { nowMs: 1 }));
  stampBatch(batch, 5, 1);
  return batch;
}

async function setup(batches: Uint8Array[] = [letter()]) {
  const log = new FakeLog({ orders: 1, 'orders.dlq': 1, elsewhere: 3 });
  const broker = await fakeBroker(log.handlers);
  broker.handlers.GetMessage = () => {
    return { topic: 'orders.dlq', state: STATE, result: null, appendTimeMs: 1, batches };
  };
  broker.handlers.Transact = () => {
    const at = { baseOffset: 42, appendTimeMs: 2, duplicates: null };
    return { repeated: false, batches: [at] };
  };
  const { admin } = await clientOf(broker);
  return { broker, admin };
}

describe('a message that is replaced', () => {
  it('goes back where it died with what is given, and is resolved in the same commit', async () => {
    const { broker, admin } = await setup();
    const replaced = await admin.replaceMessage('fixers', ID, { value: { price: 3 } });
    expect(replaced).toMatchObject({ topic: 'orders', partition: 0, offset: 42 });
    const [sent] = broker.requests('Transact');
    const range = { topicId: 2, partition: 0, firstOffset: 5, lastOffset: 5 };
    expect(sent?.changes).toEqual([{ group: 'fixers', action: 'resolve', ...range }]);
    const [{ batch } = { batch: new Uint8Array() }] = sent?.batches ?? [];
    const [record] = readRecords(batch);
    expect(Buffer.from(record?.key ?? []).toString()).toBe('k');
    expect(Buffer.from(record?.value ?? []).toString()).toBe('{"price":3}');
    expect(record?.headers.map(([name]) => name)).toEqual(['trace', DEAD_LETTER_HEADERS.messageId]);
    // A topic that drops duplicates must not drop the copy.
    expect(batchHeader(batch).flags).not.toBe(0);
  });

  it('keeps what is left out, and goes where it is told', async () => {
    const { broker, admin } = await setup();
    const where = { topic: 'elsewhere', partition: 2, keepDeadLetterHeaders: true };
    expect(await admin.replaceMessage('fixers', ID, { ...where, key: null })).toMatchObject({
      topic: 'elsewhere',
      partition: 2,
    });
    const [sent] = broker.requests('Transact');
    const [record] = readRecords(sent?.batches[0]?.batch ?? new Uint8Array());
    expect([record?.key, Buffer.from(record?.value ?? []).toString()]).toEqual([
      null,
      '{"price":null}',
    ]);
    expect(record?.headers).toHaveLength(4);
  });

  it('is asked for again under the same id when the reply is lost', async () => {
    const { broker, admin } = await setup();
    let calls = 0;
    broker.handlers.Transact = (_, { connection }) => {
      calls += 1;
      if (calls === 1) {
        connection.socket.destroy();
        return SILENT;
      }
      const at = { baseOffset: 42, appendTimeMs: 2, duplicates: null };
      return { repeated: true, batches: [at] };
    };
    expect(await admin.replaceMessage('fixers', ID, { value: 1 })).toMatchObject({ offset: 42 });
    const ids = broker.requests('Transact').map(({ transactionId }) => transactionId);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  });

  it('stays as it is where that is refused, or where the log has let it go', async () => {
    const { broker, admin } = await setup();
    broker.handlers.Transact = () => new MillraceError('MESSAGE_LEASED', 'Leased.');
    const leased = await rejection(admin.replaceMessage('fixers', ID, { value: 1 }));
    expect(leased.code).toBe('MESSAGE_LEASED');
    const gone = await setup([]);
    const error = await rejection(gone.admin.replaceMessage('fixers', ID, { value: 1 }));
    expect(error.code).toBe('OFFSET_OUT_OF_RANGE');
    expect(gone.broker.requests('Transact')).toEqual([]);
  });
});
