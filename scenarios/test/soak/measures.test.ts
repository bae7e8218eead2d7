// From samples of a run to verdicts, and from a result to faults and a page: each measure that grows is named.

import { withPart } from '@millrace/harness';
import { expect, test } from 'vitest';
import { judge, MEASURES } from '../../src/soak/measures.ts';
import { parseCommandLine } from '../../src/soak/options.ts';
import { soakText } from '../../src/soak/page.ts';
import { soakResult } from '../../src/soak/result.ts';
import type { Sample } from '../../src/soak/sampler.ts';

const MIB = 2 ** 20;
const LIVES = 15;
const LIFE_MS = 160_000;
const END_MS = 3_600_000;

type Field =
  | 'brokerMemory'
  | 'brokerHandles'
  | 'heap'
  | 'gateway'
  | 'gatewayHandles'
  | 'gatewayHeap'
  | 'load'
  | 'loadHandles'
  | 'loadHeap'
  | 'disk'
  | 'data';

/** An hour with kills and a last life of 20 minutes, in which one thing grows by `perHour`. */
function samples(field?: Field, perHour = 0): Sample[] {
  return Array.from({ length: END_MS / 2_000 }, (_, at) => {
    const ms = at * 2_000;
    const life = Math.min(LIVES, Math.floor(ms / LIFE_MS));
    const more = (name: Field) => (field === name ? (perHour * ms) / END_MS : 0);
    const wave = 3 * MIB * Math.sin(at);
    return {
      ms,
      life,
      ageMs: ms - life * LIFE_MS,
      broker: {
        memoryBytes: 200 * MIB + wave + more('brokerMemory'),
        handles: 40 + (at % 3) + more('brokerHandles'),
      },
      heapBytes: 60 * MIB + wave + more('heap'),
      gateway: {
        memoryBytes: 80 * MIB + wave + more('gateway'),
        handles: 30 + more('gatewayHandles'),
      },
      gatewayHeapBytes: 30 * MIB + wave + more('gatewayHeap'),
      load: { memoryBytes: 90 * MIB + wave + more('load'), handles: 30 + more('loadHandles') },
      loadHeapBytes: 60 * MIB + wave + more('loadHeap'),
      diskBytes: 300 * MIB + wave + more('disk'),
      dataBytes: 200 * MIB + wave + more('data'),
    };
  });
}

const growing = (list: Sample[]) =>
  judge(list)
    .filter(({ verdict }) => verdict === 'grows')
    .map(({ measure }) => measure);

test('nothing grows, and every measure is judged', () => {
  const judged = judge(samples());
  expect(judged.map(({ verdict }) => verdict)).toEqual(MEASURES.map(() => 'flat'));
});

test.each<[Field, number, string[]]>([
  ['brokerMemory', 100 * MIB, ['memory of the broker', 'memory of the broker after each start']],
  ['brokerHandles', 100, ['handles of the broker', 'handles of the broker after each start']],
  ['heap', 100 * MIB, ['heap of the broker']],
  ['gateway', 30 * MIB, ['memory of the gateway']],
  ['gatewayHandles', 20, ['handles of the gateway']],
  ['gatewayHeap', 30 * MIB, ['heap of the gateway']],
  ['load', 30 * MIB, ['memory of the clients']],
  ['loadHandles', 20, ['handles of the clients']],
  ['loadHeap', 30 * MIB, ['heap of the clients']],
  ['disk', 70 * MIB, ['data directory on the disk']],
  ['data', 70 * MIB, ['data in it, without free pages']],
])('%s grows', (field, perHour, expected) => {
  expect(growing(samples(field, perHour))).toEqual(expected);
});

test('a leak that begins anew with each life is seen in the last', () => {
  const leaking = samples().map((sample) => ({
    ...sample,
    broker: {
      memoryBytes: 200 * MIB + (sample.ageMs / 60_000) * 2 * MIB,
      handles: 40 + sample.ageMs / 20_000,
    },
  }));
  expect(growing(leaking)).toEqual(['memory of the broker', 'handles of the broker']);
});

test('no samples: nothing is judged, and that is a fault', () => {
  const { faults } = resultOf(judge([]));
  expect(faults.filter((fault) => fault.endsWith('too few samples')).length).toBeGreaterThan(5);
});

function resultOf(measures: ReturnType<typeof judge>, isWhole = true, perSecond = 100) {
  const { options } = parseCommandLine([]);
  const lane = {
    name: 'log',
    peakPerSecond: perSecond,
    askedPerSecond: perSecond / 2,
    donePerSecond: perSecond / 2,
    done: 9,
  };
  return soakResult({
    options,
    lanes: [lane],
    kills: 2,
    startsMs: [900, 1_100],
    churnRounds: 3,
    samples: 4,
    measures,
    findings: [{ kind: 'lost', count: 2, examples: ['log/0: number 7'] }],
    isWhole,
  });
}

test('findings, growth and an early end are faults; the page says so between its marks', () => {
  const result = resultOf(judge(samples('disk', 70 * MIB)), false);
  expect(result.faults).toEqual([
    'lost (2): log/0: number 7',
    'data directory on the disk: grows',
    'it was ended before its time',
  ]);
  const before = 'a\n<!-- soak: begin -->\nold\n<!-- soak: end -->\nb\n';
  const page = withPart(before, 'soak', soakText(result));
  expect(page).toMatch(/^a\n<!-- soak: begin -->[\s\S]*lost \(2\)[\s\S]*<!-- soak: end -->\nb\n$/);
  expect(page).toContain('| data directory on the disk | run |');
  expect(page).not.toContain('old');
  expect(() => withPart('no marks', 'soak', '')).toThrow('soak: begin');
});

test('a load of nothing is no soak', () => {
  const { faults } = resultOf(judge(samples()), true, 0);
  expect(faults).toEqual(['lost (2): log/0: number 7', 'log: nothing was done']);
});

test('numbers out of their range and faults nobody knows are refused', () => {
  expect(() => parseCommandLine(['--minutes', '0'])).toThrow('--minutes is a number from 0.5');
  expect(() => parseCommandLine(['--rate', 'x'])).toThrow('--rate');
  expect(() => parseCommandLine(['--plant', 'constructor'])).toThrow('there are memory');
  expect(() => parseCommandLine(['--nothing'])).toThrow('--nothing');
  expect(parseCommandLine(['--plant', 'memory', '--minutes', '2']).options).toMatchObject({
    plant: 'memory',
    minutes: 2,
  });
});
