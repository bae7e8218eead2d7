// What one Acknowledge request may ask for. [L-37]
import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { checkAcknowledgeSize } from '../../src/index.ts';
import { batchOf } from '../support/batches.ts';
import { acknowledge, appendBatch, receive, sharedTopic } from './share-setup.ts';

function items(count: number, length: number) {
  return Array.from({ length: count }, () => ({ firstOffset: 5, lastOffset: 4 + length }));
}

describe('the size of an Acknowledge request', () => {
  it('is bounded in offsets, whatever the number of items [L-37]', () => {
    const most = LIMITS.acknowledgeOffsetsMax / 1_000;
    expect(checkAcknowledgeSize(items(most, 1_000))).toBeUndefined();
    expect(checkAcknowledgeSize([...items(most, 1_000), ...items(1, 1)])?.error).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      detail: { field: 'items', limit: `${LIMITS.acknowledgeOffsetsMax} offsets` },
    });
    expect(checkAcknowledgeSize(items(LIMITS.acknowledgeItemsMax, 1))).toBeUndefined();
  });

  it('counts what is answered as a whole once [L-37]', () => {
    const whole = [...items(9_000, 2 ** 50), ...items(1_000, -1)];
    expect(checkAcknowledgeSize(whole)).toBeUndefined();
  });

  it('gives as few outcomes as there are changes, over any number of runs [L-12]', () => {
    const machine = sharedTopic({ backoff: 'none' });
    appendBatch(machine, batchOf(Array.from({ length: 1_000 }, () => 'm')));
    const [lease] = receive(machine);
    const token = lease?.token ?? 0;
    for (let at = 0; at < 1_000; at += 2) acknowledge(machine, 'release', [at, at], token);
    expect(machine.state.shares.at(1, 1, 0).runs).toBe(1_000);
    const { outcomes } = acknowledge(machine, 'release', [0, 999], token);
    expect(outcomes).toEqual([{ firstOffset: 0, lastOffset: 999, errorCode: 0 }]);
  });
});
