// What a producer sends, by its knobs.

import { expect, test } from 'vitest';
import { parseKnobs } from '../../src/knobs/parse-knobs.ts';
import { PRODUCER_PROGRAM } from '../../src/producer/knobs.ts';
import { newMessages } from '../../src/producer/payloads.ts';

function sent(...flags: string[]) {
  const parsed = parseKnobs(PRODUCER_PROGRAM, ['--queue=q', ...flags], {});
  if (parsed.kind === 'text') throw new Error('knobs were expected');
  const messages = [...newMessages(parsed.knobs)];
  return messages.map((message) => ({ ...message, payload: JSON.parse(message.body) }));
}

const poisoned = (...flags: string[]) =>
  sent(...flags)
    .filter(({ isPoison }) => isPoison)
    .map(({ sequence }) => sequence);

test('ten messages: numbers from 1, UUIDs, work from 1 to 1,000', () => {
  const messages = sent();
  expect(messages.map(({ payload }) => payload.sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(new Set(messages.map(({ payload }) => payload.id)).size).toBe(10);
  for (const { id, payload } of messages) {
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(payload.id).toBe(id);
    expect(Number.isInteger(payload.work) && payload.work >= 1 && payload.work <= 1_000).toBe(true);
    expect(payload).not.toHaveProperty('group');
    expect(payload).not.toHaveProperty('marker');
  }
});

test('one seed, the same messages; without one, others each time', () => {
  const bodies = (...flags: string[]) => sent(...flags).map(({ body }) => body);
  expect(bodies('--seed=7')).toEqual(bodies('--seed=7'));
  expect(bodies('--seed=7')).not.toEqual(bodies('--seed=8'));
  expect(bodies()).not.toEqual(bodies());
});

test.each([
  [['--poison-count=2'], [5, 10]],
  [['--poison-count=3'], [4, 7, 10]],
  [['--poison-count=10'], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  [
    ['--poison-count=99', '--n=2'],
    [1, 2],
  ],
  [['--poison-every=4'], [4, 8]],
  [
    ['--poison-every=2', '--poison-count=3'],
    [2, 4, 6],
  ],
  [['--n=0', '--poison-count=1'], []],
])('poison %j: %j', (flags, expected) => {
  expect(poisoned(...flags)).toEqual(expected);
});

test('poison carries its marker and nothing else does', () => {
  const messages = sent('--poison-count=1', '--poison-marker=bitter');
  expect(messages.map(({ body }) => body.includes('bitter'))).toEqual([
    ...Array(9).fill(false),
    true,
  ]);
});

test('groups, entities with versions, and orders', () => {
  const flags = ['--n=5', '--first-sequence=11', '--groups=2', '--entities=3', '--per-order=2'];
  expect(sent(...flags).map(({ payload }) => payload)).toMatchObject([
    { sequence: 11, group: 'g1', entity: 'e2', version: 4, order: 'order-6' },
    { sequence: 12, group: 'g2', entity: 'e3', version: 4, order: 'order-6' },
    { sequence: 13, group: 'g1', entity: 'e1', version: 5, order: 'order-7' },
    { sequence: 14, group: 'g2', entity: 'e2', version: 5, order: 'order-7' },
    { sequence: 15, group: 'g1', entity: 'e3', version: 5, order: 'order-8' },
  ]);
});
