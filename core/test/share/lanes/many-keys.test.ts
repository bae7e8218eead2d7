// Members that held messages of most keys, and hold few again: what is parked gets less, until nothing is.
import { batchHeader, encodeBatch } from '@millrace/protocol';
import { expect, it } from 'vitest';
import {
  decideAcknowledge,
  decideAppend,
  decideCreateShareGroup,
  decideCreateTopic,
  decideReceive,
  type Lease,
} from '../../../src/index.ts';
import { Machine } from '../../support/machine.ts';
import { topicChange } from '../../support/topic-change.ts';

const KEY = { groupId: 1, topicId: 1, partition: 0 };
const TEXT = new TextEncoder();
const KEYS = 400;
const ROUNDS = 40;
const AT_ONCE = 100;

function receive(machine: Machine): readonly Lease[] {
  const command = { ...KEY, memberId: 'm', maxMessages: AT_ONCE, maxBytes: 1_000_000 };
  return machine.run(decideReceive, { ...command, visibilityTimeoutMs: 3_600_000 }).leases;
}

function accept(machine: Machine, leases: readonly Lease[]): void {
  const rest = { kind: 'accept' as const, delayMs: null, errorText: null };
  for (const { firstOffset, lastOffset, token } of leases) {
    machine.run(decideAcknowledge, { ...KEY, firstOffset, lastOffset, token, ...rest });
  }
}

it('goes back to giving fresh messages once keys are free [L-61]', () => {
  const machine = new Machine();
  const topic = { name: 'orders', partitions: 1, annotations: null, validateOnly: false };
  machine.run(decideCreateTopic, { ...topic, config: topicChange({}) });
  const group = { group: 'workers', topics: ['orders'], startAt: -2, deadLetterTopic: null };
  machine.run(decideCreateShareGroup, { ...group, config: { ordering: 'key' } });
  const records = Array.from({ length: KEYS }, (_, i) => ({ key: TEXT.encode(`key-${i}`) }));
  for (let i = 0; i < ROUNDS; i += 1) {
    const batch = new Uint8Array(encodeBatch(records, { nowMs: 0 }));
    machine.run(decideAppend, { topicId: 1, partition: 0, batch, header: batchHeader(batch) });
  }
  // All keys are held: receives find nothing, and park what they pass.
  const held = Array.from({ length: KEYS / AT_ONCE }, () => receive(machine));
  expect(receive(machine)).toEqual([]);
  const share = machine.state.shares.at(1, 1, 0);
  const parked = share.count('parked');
  expect(parked).toBeGreaterThan(1_000);
  for (const leases of held) accept(machine, leases);

  let most = 0;
  let rounds = 0;
  for (; share.count('parked') > 0 && rounds < KEYS; rounds += 1) {
    const leases = receive(machine);
    accept(machine, leases);
    most = Math.max(most, share.count('parked'));
  }
  expect(most).toBeLessThanOrEqual(parked);
  expect(share.cursor).toBeLessThan((KEYS * ROUNDS) / 2);
  expect(receive(machine), 'neighbours, in one lease').toHaveLength(1);
});
