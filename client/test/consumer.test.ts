// The consumer alone: where it begins and what it hands out, message by message.
import { describe, expect, it } from 'vitest';
import { type ConsumerMessage, type ConsumerOptions, codecs } from '../src/index.ts';
import { setup, take, texts } from './support/consumer-setup.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { FakeLog } from './support/fake-log.ts';

describe('reading alone', () => {
  it('goes through all partitions, each in order, and waits for more', async () => {
    const { consumer, log } = await setup({}, 2);
    log.appendTexts('t', 0, texts(5, 'a'));
    log.appendTexts('t', 1, texts(5, 'b'));
    const values = await take(consumer, 10);
    expect(values.filter((value) => value.startsWith('a'))).toEqual(texts(5, 'a'));
    expect(values.filter((value) => value.startsWith('b'))).toEqual(texts(5, 'b'));
    setTimeout(() => log.appendTexts('t', 1, ['late']), 30);
    expect(await take(consumer, 1)).toEqual(['late']);
    expect(consumer.assignment).toEqual([
      { topic: 't', partition: 0 },
      { topic: 't', partition: 1 },
    ]);
  });

  it('reads the partitions it is told', async () => {
    const { consumer, log } = await setup({ partitions: [1] }, 2);
    log.appendTexts('t', 0, ['no']);
    log.appendTexts('t', 1, ['yes']);
    expect(await take(consumer, 1)).toEqual(['yes']);
    expect(consumer.assignment).toEqual([{ topic: 't', partition: 1 }]);
  });

  it.each<[ConsumerOptions<string>['from'], string]>([
    ['earliest', '3'],
    ['latest', 'new'],
    [{ offset: 7 }, '7'],
    [{ timestampMs: 5 }, '3'],
  ])('begins at %j', async (from, value) => {
    const { consumer, log } = await setup({ from, maxWaitMs: 50 });
    log.appendTexts('t', 0, texts(10));
    const partition = log.find(1, 0);
    if (partition !== undefined) partition.startOffset = 3;
    const reading = take(consumer, 1);
    await eventually(() => consumer.lag()[0]?.endOffset === 10);
    log.appendTexts('t', 0, ['new']);
    expect(await reading).toEqual([value]);
  });

  it('hands out what a message is', async () => {
    const { consumer, log } = await setup();
    const headers = [['h', Buffer.from('1')] as const, ['h', Buffer.from('2')] as const];
    log.append('t', 0, [
      { key: Buffer.from('k'), value: Buffer.from('v'), timestampMs: 44, headers },
      {},
    ]);
    const found: ConsumerMessage<string>[] = [];
    for await (const message of consumer) {
      found.push(message);
      if (found.length === 2) break;
    }
    const [first, second] = found;
    expect(first?.toJSON()).toEqual({
      topic: 't',
      partition: 0,
      offset: 0,
      timestampMs: 44,
      key: 'k',
      value: 'v',
      headers: { h: '2' },
    });
    expect(first?.header('h')).toBe('2');
    expect(first?.headers.length).toBe(2);
    expect(first?.id).toBe('00000001-0000-8000-8000-000000000000');
    expect(Buffer.from(first?.keyBytes ?? []).toString()).toBe('k');
    expect([second?.key, second?.value, second?.valueBytes]).toEqual([null, null, null]);
    expect(second?.header('h')).toBe(undefined);
  });

  it('goes on after a loop was left, with the message after the one in hand', async () => {
    const { consumer, log } = await setup();
    log.appendTexts('t', 0, texts(6));
    expect(await take(consumer, 2)).toEqual(['0', '1']);
    expect(await take(consumer, 2)).toEqual(['2', '3']);
    expect(await take(consumer, 2)).toEqual(['4', '5']);
  });

  it('is read in one way at a time', async () => {
    const { consumer, log } = await setup();
    log.appendTexts('t', 0, texts(3));
    for await (const message of consumer) {
      expect(() => consumer.batches()).toThrow('being read already');
      expect((await rejection(consumer.run({ eachMessage: () => {} }))).message).toMatch('already');
      if (message.offset === 1) break;
    }
  });

  it('lets several ask without waiting: each gets its own', async () => {
    const { consumer, log } = await setup();
    const iterator = consumer[Symbol.asyncIterator]();
    const all = Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    log.appendTexts('t', 0, texts(2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.appendTexts('t', 0, ['2']);
    expect((await all).map(({ value }) => value?.value)).toEqual(['0', '1', '2']);
    log.appendTexts('t', 0, ['3', '4', '5']);
    const [one, two] = [iterator.next(), iterator.next()];
    const three = (async () => {
      await one;
      return iterator.next();
    })();
    const last = [(await one).value, (await two).value, (await three).value];
    expect(last.map((message) => message?.value)).toEqual(['3', '4', '5']);
  });

  it('ends its loops at close', async () => {
    const { consumer, log } = await setup();
    log.appendTexts('t', 0, ['only']);
    const reading = take(consumer, 100);
    await eventually(() => consumer.lag()[0]?.position === 1 || consumer.lag()[0]?.lag === 1);
    await consumer.close();
    expect(await reading).toEqual(['only']);
    expect(() => consumer.batches()).toThrow(expect.objectContaining({ code: 'CLIENT_CLOSED' }));
  });

  it('is closed by its signal', async () => {
    const controller = new AbortController();
    const { consumer } = await setup({ signal: controller.signal });
    const reading = take(consumer, 1);
    controller.abort();
    expect(await reading).toEqual([]);
  });

  it('commits nothing', async () => {
    const { consumer, client, log } = await setup();
    log.appendTexts('t', 0, ['a']);
    expect((await rejection(consumer.commit())).code).toBe('INVALID_REQUEST');
    for await (const message of consumer) {
      expect((await rejection(message.commit())).code).toBe('INVALID_REQUEST');
      break;
    }
    expect(() => client.consumer({ topics: 't', commit: 'auto' })).toThrow('in a group only');
    expect(() => client.consumer({ topics: 't', group: 'g', partitions: [0] })).toThrow('group');
  });

  it('picks up partitions that are added, from their first record on, whatever it began with', async () => {
    const log = new FakeLog({ t: 1 });
    const broker = await fakeBroker(log.handlers);
    const client = await clientOf(broker, { metadataMaxAgeMs: 20 });
    const consumer = client.consumer({ topics: 't', codec: codecs.text, from: 'latest' });
    const reading = take(consumer, 2);
    await eventually(() => consumer.lag()[0]?.endOffset === 0);
    log.grow('t', 2);
    log.appendTexts('t', 1, ['added', 'last']);
    expect(await reading).toEqual(['added', 'last']);
    expect(consumer.assignment.length).toBe(2);
  });

  it('[G-79] asks for more partitions than one request may name', async () => {
    const log = new FakeLog({ a: 900, b: 900, c: 700 });
    const broker = await fakeBroker(log.handlers);
    const client = await clientOf(broker);
    const consumer = client.consumer({ topics: ['a', 'b', 'c'], codec: codecs.text });
    const iterator = consumer[Symbol.asyncIterator]();
    for (const topic of ['a', 'b', 'c']) {
      log.appendTexts(topic, 600, [topic]);
      expect((await iterator.next()).value?.value).toBe(topic);
    }
    const named = broker.requests('Fetch').map(({ partitions }) => partitions.length);
    expect(named.slice(0, 3)).toEqual([1_000, 1_000, 500]);
    expect(named.slice(3).every((count) => count === 0)).toBe(true);
  });
});
