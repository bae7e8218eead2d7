// When two whole runs agree.
import { describe, expect, it } from 'vitest';
import { agreementOf } from '../src/agree/agree.ts';
import { agreementText } from '../src/agree/people.ts';
import { main } from '../src/main.ts';
import type { Results } from '../src/results/results.ts';
import { quietFiles } from './quiet-files.ts';
import { resultsFixture, workloadOf } from './results-fixture.ts';

const fixture = resultsFixture();
const first: Results = {
  ...fixture,
  workloads: fixture.workloads.map((report, at) =>
    at === 0 ? { ...report, baselineRatio: 0.5 } : report,
  ),
};

/** The same run with the first workload at another rate. */
function withProduceAt(rate: number): Results {
  const [produce, ...others] = first.workloads;
  const recordsPerSecond = { median: rate, min: rate, max: rate };
  return {
    ...first,
    workloads: [...(produce ? [{ ...produce, recordsPerSecond }] : []), ...others],
  };
}

describe('agreementOf', () => {
  it('lays every figure beside its like', () => {
    const { figures, kinds, isWithin, unmatched } = agreementOf(first, first, 0.15);
    expect(isWithin).toBe(true);
    expect(unmatched).toEqual([]);
    expect(figures.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'produce: records/s',
        'produce: ratio',
        'produce, record-bytes 1,024: CPU s/M',
        'latency: p50, ms',
        'partitions 1000: consume, records/s',
        'Redis Streams, flushed: queue, records/s',
        'NATS JetStream, flushed: produce-one, p50, ms',
      ]),
    );
    expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length);
    const counted = kinds.reduce((sum, kind) => sum + kind.figures, 0);
    expect(counted).toBe(figures.length);
    expect(kinds).toHaveLength(6);
  });

  it('takes the larger over the smaller, whichever came first', () => {
    const other = withProduceAt(1_090_000 * 1.16);
    const apartOf = (one: Results, two: Results) => {
      const { figures, isWithin } = agreementOf(one, two, 0.15);
      expect(isWithin).toBe(false);
      return figures.filter((figure) => !figure.isWithin).map(({ apart }) => apart.toFixed(3));
    };
    expect(apartOf(first, other)).toEqual(['0.160']);
    expect(apartOf(other, first)).toEqual(['0.160']);
    expect(agreementOf(first, other, 0.17).isWithin).toBe(true);
  });

  it('names what only one of the two has', () => {
    const other = { ...first, workloads: [...first.workloads, workloadOf('mixed', [9])] };
    const wanted = ['mixed: records/s', 'mixed: CPU s/M'];
    expect(agreementOf(first, other, 0.15).unmatched).toEqual(wanted);
    expect(agreementOf(other, first, 0.15).unmatched).toEqual(wanted);
  });

  it('tells how fast the machine was', () => {
    const { paces } = agreementOf(first, first, 0.15);
    expect(paces[0]).toEqual({ computationMs: 20, flushedWriteMs: 0.25 });
    // As JSON leaves it out.
    const workloads = first.workloads.map((report) => ({ ...report, pace: undefined }));
    const before = { ...first, workloads } as unknown as Results;
    expect(agreementOf(before, first, 0.15).paces[0]).toBeNull();
  });
});

describe('agreementText', () => {
  it('counts by kind, and shows what lies further apart', () => {
    const text = agreementText(agreementOf(first, withProduceAt(2_180_000), 0.15));
    expect(text).toMatch(/^rates of workloads +6 +5 +0\.0 %$/m);
    expect(text).toMatch(/^a flushed write, ms +0\.250 +0\.250$/m);
    expect(text).toMatch(/^produce: records\/s +1,090,000 +2,180,000 +100\.0 %$/m);
    expect(text).toMatch(/^\d+ of \d+ figures agree within 15 %\.$/m);
  });
});

describe('bench agree', () => {
  const fileOf = quietFiles();

  it('ends with 0 where they agree, with 1 where not, with 2 without two files', async () => {
    const one = fileOf('one.json', first);
    const other = fileOf('other.json', withProduceAt(2_000_000));
    expect(await main(['agree', one, one])).toBe(0);
    expect(await main(['agree', one, other, '--json'])).toBe(1);
    expect(await main(['agree', one, other, '--threshold', '100%'])).toBe(0);
    expect(await main(['agree', one])).toBe(2);
    expect(await main(['agree', one, one, one])).toBe(2);
  });

  it('fails where nothing can be held against anything', async () => {
    const one = fileOf('mixed.json', workloadOf('mixed', [9]));
    const other = fileOf('queue.json', workloadOf('queue', [9]));
    expect(await main(['agree', one, other])).toBe(1);
  });
});
