// Results of handlers, and batches of which a part fails.
import { LIMITS } from '@millrace/protocol';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  codecs,
  type LeasedMessage,
  PartialFailure,
  Reject,
  RetryAfter,
  type WorkerOptions,
} from '../src/index.ts';
import { eventually } from './support/eventually.ts';
import { numbers, setup } from './support/worker-setup.ts';

const text = (bytes: Uint8Array | null | undefined) =>
  bytes === null || bytes === undefined ? bytes : Buffer.from(bytes).toString();

describe('results', () => {
  it('go out with the acknowledgement, each message alone', async () => {
    const { queue, client } = await setup([1, 2, 3]);
    const worker = client.worker<number, { double: number } | undefined>({
      group: 'g',
      topics: 't',
      results: true,
      handler: async ({ value }) => (value === 3 ? undefined : { double: 2 * value }),
    });
    await eventually(() => worker.stats.accepted === 3);
    const said = queue.items.map((item) => [item.firstOffset, item.lastOffset, text(item.result)]);
    expect(said).toEqual([
      [0, 0, '{"double":2}'],
      [1, 1, '{"double":4}'],
      [2, 2, null],
    ]);
  });

  it('are not read from handlers that keep none', async () => {
    const { queue, work } = await setup([1]);
    const worker = work({ handler: () => 'something' });
    await eventually(() => worker.stats.accepted === 1);
    expect(queue.items[0]?.result).toBe(null);
  });

  it.each<[string, unknown, string]>([
    ['cannot be encoded', 1n, 'CODEC_FAILED'],
    ['are too large', 'x'.repeat(LIMITS.resultBytesMax), 'LIMIT_EXCEEDED'],
  ])('that %s fail the attempt', async (_, result, code) => {
    const { queue, work } = await setup([1]);
    const worker = work({
      results: true,
      handler: ({ deliveries }) => (deliveries === 1 ? result : 'ok'),
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(queue.items.map(({ kind }) => kind)).toEqual(['release', 'accept']);
    expect(queue.items[0]?.errorText).toContain(code);
    expect(text(queue.items[1]?.result)).toBe('"ok"');
  });

  it('have a codec of their own, by hand as well', async () => {
    const { queue, client } = await setup([1, 2]);
    const options = { codec: codecs.json<number>(), resultCodec: codecs.text as never };
    const hand = client.queue<number>('g', options);
    const [first, second] = await hand.receive({ topics: 't', maxMessages: 2 });
    await first?.accept({ result: 'plain' });
    const [outcome] = await hand.acknowledge([
      { receipt: second?.receipt ?? '', kind: 'accept', result: 'other' },
    ]);
    expect(outcome?.ok).toBe(true);
    expect(queue.items.map(({ result }) => text(result))).toEqual(['plain', 'other']);
  });

  it('by hand that cannot be sent leave the lease', async () => {
    const { queue, client } = await setup([1]);
    const hand = client.queue<number>('g');
    const [message] = await hand.receive({ topics: 't' });
    const big = 'x'.repeat(LIMITS.resultBytesMax);
    await expect(message?.accept({ result: big })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      detail: { field: 'result', limit: `${LIMITS.resultBytesMax} bytes` },
    });
    const receipt = message?.receipt ?? '';
    const [outcome] = await hand.acknowledge([{ receipt, kind: 'accept', result: 1n }]);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'CODEC_FAILED' } });
    expect(message?.isResolved).toBe(false);
    expect(queue.items).toEqual([]);
    await message?.accept();
  });
});

describe('a batch of which a part fails', () => {
  const odd = (messages: readonly LeasedMessage<number>[]) =>
    messages.filter(({ value, deliveries }) => value % 2 === 1 && deliveries === 1);

  it.each([
    ['returned', false],
    ['thrown', true],
  ])('has the others accepted: a report %s', async (_, isThrown) => {
    const { queue, work } = await setup(numbers(5));
    const told: unknown[] = [];
    const worker = work({
      eachBatch: (messages: readonly LeasedMessage<number>[]) => {
        const failed = odd(messages).map((message) => ({
          message,
          error: message.value === 1 ? new RetryAfter(7, 'later') : new Reject('never'),
        }));
        if (isThrown && failed.length > 0) throw new PartialFailure(failed);
        return { failed };
      },
      onOutcome: ({ value }, outcome, error) =>
        told.push([value, outcome, (error as Error | undefined)?.message]),
    });
    await eventually(() => told.length === 6);
    expect(queue.states()).toEqual(['accepted', 'accepted', 'accepted', 'rejected', 'accepted']);
    expect(told).toContainEqual([1, 'released', 'later']);
    expect(told).toContainEqual([3, 'rejected', 'never']);
    expect(queue.items.find(({ kind }) => kind === 'release')).toMatchObject({
      firstOffset: 1,
      lastOffset: 1,
      delayMs: 7,
    });
    expect(worker.stats).toMatchObject({ accepted: 4, released: 1, rejected: 1 });
  });

  it('has results by position', async () => {
    const { queue, work } = await setup(numbers(4));
    const worker = work({
      results: true,
      eachBatch: async (messages: readonly LeasedMessage<number>[]) => ({
        failed: odd(messages)
          .slice(0, 1)
          .map((message) => ({ message })),
        results: messages.map(({ value }) => (value === 2 ? undefined : `r${value}`)),
      }),
    });
    await eventually(() => worker.stats.accepted >= 3);
    const said = queue.items.map((item) => [item.kind, item.firstOffset, text(item.result)]);
    expect(said.slice(0, 4)).toEqual([
      ['accept', 0, '"r0"'],
      ['accept', 2, null],
      ['accept', 3, '"r3"'],
      ['release', 1, null],
    ]);
  });

  it('fails as a whole where it names messages of others', async () => {
    const { queue, work } = await setup(numbers(2));
    let calls = 0;
    const worker = work({
      eachBatch: (messages: readonly LeasedMessage<number>[]) => {
        calls += 1;
        const stranger = { value: 1 } as LeasedMessage<number>;
        return calls === 1 ? { failed: [{ message: stranger }] } : messages.length;
      },
    });
    await eventually(() => worker.stats.accepted === 2);
    expect(queue.items[0]).toMatchObject({ kind: 'release', firstOffset: 0, lastOffset: 1 });
    expect(queue.items[0]?.errorText).toContain('not one of the batch');
  });
});

describe('types', () => {
  it('of handlers follow from what the worker does with their returns', () => {
    type Options = WorkerOptions<string, number>;
    const common = { group: 'g', topics: 't' };
    const plain: Options = { ...common, handler: ({ value }) => value.length };
    const results: Options = {
      ...common,
      results: true,
      handler: async ({ value }) => value.length,
    };
    const sends: Options = {
      ...common,
      transactional: true,
      handler: async ({ value }) => ({ send: [{ topic: 'o', value }], result: value.length }),
    };
    const nothing: Options = { ...common, transactional: true, handler: async () => {} };
    // @ts-expect-error: a result is a number here
    const wrong: Options = { ...common, results: true, handler: async () => 'text' };
    // @ts-expect-error: messages to send have a topic
    const lost: Options = {
      ...common,
      transactional: true,
      handler: () => ({ send: [{ value: 1 }] }),
    };
    expect([plain, results, sends, nothing, wrong, lost].length).toBe(6);
    type Message = Parameters<NonNullable<Options['handler']>>[0];
    expectTypeOf<Message['value']>().toEqualTypeOf<string>();
  });
});
