// What a scrape answers is, character for character, what prom-client would write of the same values.
import { type Metric, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import {
  createRegistry,
  Histogram,
  histogramValues,
  type MetricTable,
  type MetricValue,
} from '../src/index.ts';

const TABLE = {
  millrace_a_total: { type: 'counter', labels: ['name', 'at'], about: 'A \\ and\na break.' },
  millrace_b_seconds: { type: 'histogram', labels: ['api'], about: 'B.', buckets: [0.1, 1] },
  millrace_c: { type: 'gauge', labels: [], about: 'C "quoted".' },
  millrace_d: { type: 'gauge', labels: [], about: 'Nothing of it.' },
} as const satisfies MetricTable;

function valuesOf(): Record<keyof typeof TABLE, readonly MetricValue[]> {
  const histogram = new Histogram([0.1, 1]);
  for (const value of [0.05, 0.5, 1, 7]) histogram.record(value);
  return {
    millrace_a_total: [
      { value: 1, labels: { name: 'a-b.c_d', at: 0 } },
      { value: 2 ** 60, labels: { name: 'quote " slash \\ break \n ä €' } },
      { value: 1e-9, labels: { name: '' } },
      { value: 3, labels: {} },
    ],
    millrace_b_seconds: histogramValues('millrace_b_seconds', histogram, { api: 'Fetch' }),
    millrace_c: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0.1].map(
      (value) => ({ value }),
    ),
    millrace_d: [],
  };
}

test('the families of a table read as prom-client writes them, and its own follow', async () => {
  const values = valuesOf();
  const theirs = new Registry();
  const names = Object.keys(TABLE) as (keyof typeof TABLE)[];
  for (const name of names) {
    const { type, about: help } = TABLE[name];
    const get = async () => ({ name, type, help, values: values[name] });
    theirs.registerMetric({ name, get } as unknown as Metric);
  }
  const reader = (name: keyof typeof TABLE) => (seen: typeof values) => seen[name];
  const ours = createRegistry({
    table: TABLE,
    readers: {
      millrace_a_total: reader('millrace_a_total'),
      millrace_b_seconds: reader('millrace_b_seconds'),
      millrace_c: reader('millrace_c'),
      millrace_d: reader('millrace_d'),
    },
    look: () => values,
    prefix: 'millrace_',
    more: async () => '# from beside\n',
  });
  const text = await ours.scrape();
  const own = await theirs.metrics();
  expect(text.slice(0, own.length)).toBe(own);
  const rest = text.slice(own.length);
  expect(rest).toMatch(/^\n# HELP millrace_process_cpu_user_seconds_total /);
  expect(rest).toMatch(/\n# from beside\n$/);
});
