// What a receive finds exhausted in groups with lanes is copied in slices of bytes, as everywhere else.
import { LIMITS } from '@millrace/protocol';
import { expect, it } from 'vitest';
import { decideDue, decideReceive } from '../../../src/index.ts';
import type { ShareConfigChange } from '../../../src/share/share-config.ts';
import { appendRecords } from '../../support/batches.ts';
import { appendBatch, KEY, receive, sharedTopic } from '../share-setup.ts';

const VALUE = new Uint8Array(1_048_576);
const TEXT = new TextEncoder();
const MESSAGES = 20;
/** As much as a decision copies, and the run that was begun then: a lease has no more than a batch. */
const COPIES_MAX = (2 * LIMITS.batchBytesMax) / VALUE.length;

it.each<ShareConfigChange>([{ ordering: 'fifo' }, { ordering: 'key' }, { fairness: 'tenant' }])(
  'bounds what one receive copies: $ordering $fairness [L-22] [L-49]',
  (ways) => {
    const end = { exhaustedAt: 'receive', maxDeliveries: 1, backoff: 'none' } as const;
    const machine = sharedTopic({ ...ways, ...end });
    for (let i = 0; i < MESSAGES; i += 1) {
      const key = TEXT.encode(`key ${i}`);
      appendBatch(machine, appendRecords(1, 0, [{ key, value: VALUE }]).batch);
    }
    for (let given = 0; given < MESSAGES; ) {
      const leases = receive(machine, { visibilityTimeoutMs: 0 });
      for (const { firstOffset, lastOffset } of leases) given += lastOffset - firstOffset + 1;
    }
    machine.run(decideDue, { runsMax: 1_000, graceUntilMs: 0 });

    const ask = {
      memberId: 'ann',
      maxMessages: 10,
      maxBytes: 8_388_608,
      visibilityTimeoutMs: null,
    };
    const copied: number[] = [];
    for (let more = true; more; ) {
      const reply = machine.run(decideReceive, { ...KEY, ...ask });
      expect(reply.leases).toEqual([]);
      copied.push(reply.deadLettered);
      more = reply.more;
    }
    expect(copied.reduce((sum, count) => sum + count, 0)).toBe(MESSAGES);
    expect(Math.max(...copied)).toBeLessThanOrEqual(COPIES_MAX);
  },
);
