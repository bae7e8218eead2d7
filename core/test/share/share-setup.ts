// A topic with a share group, and short ways to work with it, for tests that look at one thing.

import { batchHeader } from '@millrace/protocol';
import {
  type AcknowledgeCommand,
  decideAcknowledge,
  decideAppend,
  decideCreateShareGroup,
  decideCreateTopic,
  decideReceive,
  type ReceiveCommand,
} from '../../src/index.ts';
import type { ShareConfigChange } from '../../src/share/share-config.ts';
import { Machine } from '../support/machine.ts';

export const ORDERS = 1;
/** `orders.dlq`, made with the group where it has one. */
export const DEAD_LETTERS = 2;
export const KEY = { groupId: 1, topicId: ORDERS, partition: 0 };

/** A topic `orders` of one partition, and a group `workers` that takes from it. */
export function sharedTopic(config: ShareConfigChange = {}): Machine {
  const machine = new Machine();
  const topic = { name: 'orders', partitions: 1, config: null, annotations: null };
  machine.run(decideCreateTopic, { ...topic, validateOnly: false });
  createGroup(machine, 'workers', config);
  return machine;
}

export function createGroup(machine: Machine, group: string, config: ShareConfigChange): void {
  const command = { group, topics: ['orders'], startAt: -2, deadLetterTopic: null, config };
  machine.run(decideCreateShareGroup, command);
}

export function appendBatch(machine: Machine, batch: Uint8Array): void {
  machine.run(decideAppend, { topicId: ORDERS, partition: 0, batch, header: batchHeader(batch) });
}

export function receive(machine: Machine, options: Partial<ReceiveCommand> = {}) {
  const command = { maxMessages: 1_000, maxBytes: 8_388_608, visibilityTimeoutMs: null };
  return machine.run(decideReceive, { ...KEY, memberId: 'ann', ...command, ...options }).leases;
}

export function acknowledge(
  machine: Machine,
  kind: AcknowledgeCommand['kind'],
  [firstOffset, lastOffset]: readonly [number, number],
  token: number,
  options: Partial<AcknowledgeCommand> = {},
) {
  const range = { firstOffset, lastOffset, token };
  const command = { ...KEY, ...range, kind, delayMs: null, errorText: null, ...options };
  return machine.run(decideAcknowledge, command);
}
