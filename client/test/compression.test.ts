// Codecs of batches: who lacks one says so early, and names what is missing.
import { encodeBatch, registerCodec, requireCodec } from '@millrace/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { type CodecName, codecs, type MillraceError } from '../src/index.ts';
import { setup as consumerSetup, take, texts } from './support/consumer-setup.ts';
import { eventually, rejection } from './support/eventually.ts';
import { type Handler, hello } from './support/fake-broker.ts';
import { setup } from './support/producer-setup.ts';

const snappy = requireCodec('snappy');
afterEach(() => registerCodec('snappy', snappy));

function thrown(act: () => unknown): MillraceError {
  try {
    act();
  } catch (error) {
    return error as MillraceError;
  }
  throw new Error('nothing was thrown');
}

const taking =
  (names: readonly CodecName[]): Handler<'Hello'> =>
  () => ({ ...hello(), codecs: [...names] });

describe('a producer', () => {
  it('is refused a codec that is none', async () => {
    const { client } = await setup();
    const error = thrown(() => client.producer({ compression: 'zip' as CodecName }));
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', detail: { field: 'compression' } });
    expect(error.detail.limit).toContain('zstd');
  });

  it('is refused a codec that this process lacks, with what it takes', async () => {
    const { client, broker } = await setup();
    registerCodec('snappy', null);
    const error = thrown(() => client.producer({ compression: 'snappy' }));
    expect(error.code).toBe('UNSUPPORTED_CODEC');
    expect(error.message).toMatch(
      /^This process has no codec snappy: it needs the package 'snappy'/,
    );
    expect(broker.count('Produce')).toBe(0);
  });

  it('is refused a codec that the broker lacks, with what there is', async () => {
    const { client, broker } = await setup();
    const error = thrown(() => client.producer({ compression: 'snappy' }));
    expect(error.code).toBe('UNSUPPORTED_CODEC');
    expect(error.message).toContain(`The broker at ${broker.address} has no codec snappy`);
    expect(error.detail.limit).toBe('none, gzip');
  });

  it('is told when a broker that came back lacks it', async () => {
    const { client, broker, log } = await setup();
    broker.handlers.Hello = taking(['none', 'snappy']);
    broker.drop();
    await eventually(() => broker.count('Hello') === 2 && client.isConnected);
    const producer = client.producer({ codec: codecs.text, compression: 'snappy' });
    await producer.send({ topic: 't', value: 'one '.repeat(100) });
    expect(log.topics.get('t')?.partitions[0]?.batches[0]?.[21]).toBe(5);

    broker.handlers.Hello = taking(['none']);
    broker.drop();
    await eventually(() => broker.count('Hello') === 3 && client.isConnected);
    const error = await rejection(producer.send({ topic: 't', value: 'two' }));
    expect(error.code).toBe('UNSUPPORTED_CODEC');
    expect((await rejection(producer.sendBatch('t', [{ value: 'two' }]))).code).toBe(error.code);
  });

  it('says in Hello what it can read', async () => {
    registerCodec('snappy', null);
    const { broker } = await setup();
    expect(broker.requests('Hello')[0]?.codecs).not.toContain('snappy');
  });
});

describe('a consumer', () => {
  it.each([true, false])(
    'is told where a batch is that it cannot read: checksums %s',
    async (verifyChecksums) => {
      const { client, consumer, log } = await consumerSetup({ verifyChecksums });
      log.appendTexts('t', 0, texts(3));
      const value = Buffer.from('again '.repeat(100));
      log.store(log.find(1, 0) as never, encodeBatch([{ value }], { nowMs: 1, codec: 'snappy' }));
      registerCodec('snappy', null);
      const reading = consumer[Symbol.asyncIterator]();
      for (const text of texts(3)) expect((await reading.next()).value.value).toBe(text);
      const error = await rejection(reading.next());
      expect(error.code).toBe('UNSUPPORTED_CODEC');
      expect(error.message).toContain('t/0: The batch at offset 3 cannot be read');
      expect(error.message).toContain("the package 'snappy'");

      registerCodec('snappy', snappy);
      const other = client.consumer({ topics: 't', codec: codecs.text, from: { offset: 3 } });
      expect(await take(other, 1)).toEqual([value.toString()]);
    },
  );
});
