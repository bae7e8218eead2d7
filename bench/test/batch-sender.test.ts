// What the bench takes for acknowledged, against what the broker says: a difference is a failure, not a figure.
import type { Client } from '@millrace/client';
import { batchHeader, readRecords } from '@millrace/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClientLog, ClientTrouble } from '../src/measure/client-log.ts';
import { BatchSender } from '../src/workloads/batch-sender.ts';
import { CountsDiffer } from '../src/workloads/workload.ts';

const SETTINGS = { batch: 10, recordBytes: 100, inFlight: 2, partitions: 2 };

/** A client whose broker stores every batch in the first partition, and says what a test wants it to say. */
class FakeClient {
  readonly ends = [0, 0];
  storedBytes = 0;
  batchBytes = 0;
  readonly admin = {
    describeTopic: async () => ({
      partitions: this.ends.map((endOffset, partition) => {
        return { partition, endOffset, bytes: partition === 0 ? this.storedBytes : 0 };
      }),
    }),
  };

  producer({ batchBytes }: { batchBytes: number }) {
    this.batchBytes = batchBytes;
    return {
      close: async () => undefined,
      sendBatch: async (_: string, messages: readonly unknown[]) => {
        const offsets = messages.map((_message, at) => (this.ends[0] ?? 0) + at);
        this.ends[0] = (this.ends[0] ?? 0) + messages.length;
        this.storedBytes += batchBytes;
        return { offsets, partitions: messages.map(() => 0) };
      },
    };
  }
}

describe('BatchSender', () => {
  let fake: FakeClient;
  let sender: BatchSender;

  beforeEach(async () => {
    fake = new FakeClient();
    sender = new BatchSender(fake as unknown as Client, SETTINGS);
    await sender.send();
    await sender.send();
  });

  it('counts what was acknowledged and finds it at the broker', async () => {
    expect(sender.acknowledged).toBe(20);
    expect(await sender.send()).toBe(10);
    expect(sender.acknowledged).toBe(30);
    await expect(sender.verify()).resolves.toContain('acknowledged: 30');
    await expect(sender.verifyBatches()).resolves.toBeUndefined();
  });

  it('notices a record lost, and one invented', async () => {
    fake.ends[0] = 19;
    await expect(sender.verify()).rejects.toThrow(CountsDiffer);
    fake.ends[0] = 20;
    fake.ends[1] = 1;
    await expect(sender.verify()).rejects.toThrow('end offset of partition 1: 1, expected 0');
  });

  it('notices batches that were stored otherwise than the baseline has them', async () => {
    fake.storedBytes += 1;
    await expect(sender.verifyBatches()).rejects.toThrow(CountsDiffer);
  });

  it('has the batch that a full sendBatch makes, to the byte', () => {
    expect(fake.batchBytes).toBe(sender.encoded.length);
    expect(batchHeader(sender.encoded).count).toBe(10);
    const values = readRecords(sender.encoded).map(({ value }) => value);
    expect(values.every((value) => value?.length === 100)).toBe(true);
    expect(new Set(values.map((value) => Buffer.from(value ?? []).toString('hex'))).size).toBe(10);
  });
});

describe('ClientLog', () => {
  it('takes a warning for a failure', () => {
    const log = new ClientLog();
    log.logger.info?.('connected');
    expect(() => log.mustBeClean()).not.toThrow();
    log.logger.warn?.('fetch failed, trying again', { error: new Error('refused') });
    log.logger.error?.('later');
    const text = 'the client warned: fetch failed, trying again: refused';
    expect(() => log.mustBeClean()).toThrow(new ClientTrouble(text));
  });
});
