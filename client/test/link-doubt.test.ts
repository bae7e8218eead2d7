// What is said of a request that lost a reply on its way: never that nothing was done, where something may have been.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { codecs } from '../src/index.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import {
  type Answer,
  type FakeBroker,
  type Handler,
  type Handlers,
  SILENT,
} from './support/fake-broker.ts';
import { FakeGroup } from './support/fake-group.ts';
import { FakeLog, refusal } from './support/fake-log.ts';
import { FakeQueue } from './support/fake-queue.ts';
import { setup as producing } from './support/producer-setup.ts';

const COMMIT = { group: 'g', offsets: [{ topicId: 1, partition: 0, offset: 5 }] };
const NOTHING = { acknowledgements: [], batches: [], offsets: [], effects: [] };

type Cut = 'OffsetCommit' | 'AlterTopic' | 'Transact' | 'Acknowledge';

/** A broker that ends the connection of the first request of an API instead of answering it, and answers later ones so. */
async function cutsFirst<N extends Cut>(
  api: N,
  then: Answer<N>,
  handlers: Handlers = {},
): Promise<FakeBroker> {
  let isCut = false;
  const answer = (() => {
    if (isCut) return then;
    isCut = true;
    broker.drop();
    return SILENT;
  }) as Handler<N>;
  const broker = await fakeBroker({ ...handlers, [api]: answer });
  return broker;
}

describe('a request that lost its reply', () => {
  it('and reaches nobody any more: nobody can tell', async () => {
    const broker = await fakeBroker({
      AlterTopic: () => {
        void broker.stop();
        return SILENT;
      },
    });
    const client = await clientOf(broker, { requestTimeoutMs: 1_000 });
    const error = await rejection(client.admin.alterTopic({ name: 't' }));
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', cause: { code: 'CONNECTION_LOST' } });
    expect(broker.count('AlterTopic')).toBe(1);
    // Never sent: nothing was done.
    const later = await rejection(client.admin.alterTopic({ name: 't' }));
    expect(later).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('and only asked: nothing was done, whatever became of it', async () => {
    const broker = await fakeBroker({
      ListGroups: () => {
        void broker.stop();
        return SILENT;
      },
    });
    const client = await clientOf(broker, { requestTimeoutMs: 1_000 });
    expect((await rejection(client.admin.listGroups())).code).toBe('CONNECTION_LOST');
  });

  it.each(['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER', 'UNKNOWN_TOPIC', 'NOT_AUTHORIZED'] as const)(
    'and is refused with %s then: the first one may stand',
    async (code) => {
      const client = await clientOf(await cutsFirst('OffsetCommit', new MillraceError(code, 'no')));
      const error = await rejection(client.request('OffsetCommit', COMMIT));
      expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', cause: { code, message: 'no' } });
      // Without an attempt before it a refusal is one.
      expect((await rejection(client.request('OffsetCommit', COMMIT))).code).toBe(code);
    },
  );

  it('and changes what it expects: a refusal may be its own doing', async () => {
    const changed = new MillraceError('ANNOTATIONS_CHANGED');
    const client = await clientOf(await cutsFirst('AlterTopic', changed));
    const error = await rejection(client.admin.alterTopic({ name: 't' }));
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', cause: { code: changed.code } });
  });

  it('and has outcomes by item: of those refused then nobody can tell', async () => {
    const results = [
      { errorCode: 0, errorMessage: null },
      { errorCode: new MillraceError('PARTITION_NOT_ASSIGNED').number, errorMessage: 'not yours' },
    ];
    const client = await clientOf(await cutsFirst('OffsetCommit', { results }));
    const reply = await client.request('OffsetCommit', COMMIT);
    const { number } = new MillraceError('OUTCOME_UNKNOWN');
    expect(reply.results.map(({ errorCode }) => errorCode)).toEqual([0, number]);
    expect(reply.results[1]?.errorMessage).toContain('not yours');
  });

  it('and is a transaction: what it is refused with is so, since outcomes are remembered', async () => {
    const body = { transactionId: 'a', ...NOTHING };
    for (const [code, told] of [
      ['TRANSACTION_CONFLICT', 'TRANSACTION_CONFLICT'],
      ['UNKNOWN_TOPIC', 'UNKNOWN_TOPIC'],
      ['NOT_AUTHORIZED', 'OUTCOME_UNKNOWN'],
      ['LIMIT_EXCEEDED', 'OUTCOME_UNKNOWN'],
    ] as const) {
      const client = await clientOf(await cutsFirst('Transact', new MillraceError(code)));
      expect((await rejection(client.request('Transact', body))).code).toBe(told);
    }
  });

  it('because the answer was none of the protocol: nobody can tell, and nobody asks again', async () => {
    const broker = await fakeBroker({
      OffsetCommit: (_, { connection }) => {
        connection.socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
        return SILENT;
      },
    });
    const client = await clientOf(broker);
    const error = await rejection(client.request('OffsetCommit', COMMIT));
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', cause: { code: 'MALFORMED_FRAME' } });
    expect(broker.count('OffsetCommit')).toBe(1);
  });
});

describe('what stands on a request that lost its reply', () => {
  it('a statement about a lease: where it is refused then nobody can tell', async () => {
    const fake = new FakeQueue();
    fake.add([1]);
    const broker = await cutsFirst(
      'Acknowledge',
      new MillraceError('UNKNOWN_GROUP'),
      fake.handlers,
    );
    const client = await clientOf(broker);
    const [lease] = await client.queue<number>('g').receive({ topics: 't' });
    const error = await rejection((lease as NonNullable<typeof lease>).accept());
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', cause: { code: 'UNKNOWN_GROUP' } });
    expect(broker.count('Acknowledge')).toBe(2);
  });

  it('a commit of a consumer: whose member is fenced then joins again, and cannot tell', async () => {
    const log = new FakeLog({ t: 1 });
    log.appendTexts('t', 0, ['a', 'b']);
    const group = new FakeGroup(log, [0]);
    const fenced = new MillraceError('FENCED_MEMBER_EPOCH');
    const broker = await cutsFirst('OffsetCommit', fenced, group.handlers);
    const client = await clientOf(broker);
    const options = { group: 'g', topics: 't', codec: codecs.text, commit: 'manual' } as const;
    const consumer = client.consumer(options);
    for await (const message of consumer) {
      const error = await rejection(message.commit());
      expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', cause: { code: fenced.code } });
      break;
    }
    await eventually(() => group.beats.filter(({ memberEpoch }) => memberEpoch === 0).length > 1);
    await consumer.close();
  });

  it('a message of a producer that is fenced then: nobody can tell', async () => {
    const { producer, broker } = await producing({ batchBytes: 1 });
    await producer.send({ topic: 't', value: 'a' });
    let isCut = false;
    broker.handlers.Produce = ({ batches }, { connection }) => {
      if (!isCut) connection.socket.destroy();
      if (!isCut) isCut = true;
      else return { results: batches.map(() => refusal('PRODUCER_FENCED')) };
      return SILENT;
    };
    const error = await rejection(producer.send({ topic: 't', value: 'b' }));
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', cause: { code: 'PRODUCER_FENCED' } });
    expect((await rejection(producer.send({ topic: 't', value: 'c' }))).code).toBe(
      'PRODUCER_FENCED',
    );
  });
});
