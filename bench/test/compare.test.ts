// What counts as a regression, and what is noise.
import { describe, expect, it } from 'vitest';
import { parseShare } from '../src/compare/command.ts';
import { compareResults } from '../src/compare/compare.ts';
import { compareReports } from '../src/compare/judge.ts';
import { comparisonText } from '../src/compare/people.ts';
import { lineOfReport } from '../src/compare/rerun.ts';
import { main } from '../src/main.ts';
import type { Report } from '../src/report/report.ts';
import { chosenFrom } from '../src/report/suite.ts';
import { resultsOf } from '../src/results/read-results.ts';
import { quietFiles } from './quiet-files.ts';
import { latenciesOf, workloadOf } from './results-fixture.ts';

function judgements(before: Report, after: Report, threshold = 0.1): Record<string, string> {
  const compared = compareReports(before, after, threshold);
  return Object.fromEntries(compared.map(({ measure, judgement }) => [measure, judgement]));
}

const was = workloadOf('queue', [500_000, 520_000, 540_000]);

describe('compareReports', () => {
  it('says nothing of a change below the threshold', () => {
    const now = workloadOf('queue', [480_000, 485_000, 490_000]);
    expect(judgements(was, now)['records/s']).toBe('same');
    expect(judgements(was, now, 0.05)['records/s']).toBe('regression');
  });

  it('calls it a regression where every run is slower than each before', () => {
    const now = workloadOf('queue', [300_000, 310_000, 320_000]);
    expect(judgements(was, now)['records/s']).toBe('regression');
    expect(judgements(now, was)['records/s']).toBe('improvement');
  });

  it('calls it no regression where one run is as fast as one before', () => {
    const now = workloadOf('queue', [300_000, 310_000, 505_000]);
    expect(judgements(was, now)['records/s']).toBe('within the spread');
  });

  it('knows that less is better of latency, CPU and memory', () => {
    const worse = {
      brokerCpuSeconds: 5,
      clientCpuSeconds: 5,
      latencies: latenciesOf(2, 40),
      brokerUsage: {
        cpuSeconds: 1,
        residentBytes: 2 ** 30,
        anonymousBytes: 2 ** 30,
        residentBytesMax: 2 ** 30,
      },
    };
    const now = workloadOf('queue', [500_000, 520_000, 540_000], worse);
    expect(judgements(was, now)).toEqual({
      'records/s': 'same',
      'latency p99, ms': 'regression',
      'broker CPU s/M': 'regression',
      'client CPU s/M': 'regression',
      "broker's own MiB": 'regression',
    });
    expect(judgements(now, was)).toMatchObject({ 'broker CPU s/M': 'improvement' });
  });

  it('lets a heap be a saw', () => {
    const now = (mebibytes: number) => {
      const bytes = mebibytes * 2 ** 20;
      const usage = { cpuSeconds: 1, residentBytes: bytes, residentBytesMax: bytes };
      return workloadOf('queue', [1, 1], { brokerUsage: { ...usage, anonymousBytes: bytes } });
    };
    expect(judgements(now(40), now(55))["broker's own MiB"]).toBe('same');
    expect(judgements(now(40), now(57))["broker's own MiB"]).toBe('regression');
  });

  it('reads files without figures of each run, and leaves out what was not measured', () => {
    const old = (report: Report, latencyMs: Report['latencyMs']): Report => ({
      ...report,
      latencyMs,
      broker: null,
      runs: report.runs.map(({ records, seconds, recordsPerSecond, clientCpuSeconds }) => {
        return { records, seconds, recordsPerSecond, clientCpuSeconds, brokerCpuSeconds: null };
      }) as unknown as Report['runs'],
    });
    const slow = old(was, latenciesOf(1, 9));
    expect(judgements(slow, old(was, latenciesOf(1, 18)))).toEqual({
      'records/s': 'same',
      'latency p99, ms': 'regression',
      'client CPU s/M': 'same',
    });
    expect(judgements(slow, old(was, null))).not.toHaveProperty(['latency p99, ms']);
  });
});

describe('compareResults', () => {
  const results = (...workloads: Report[]) => ({ ...resultsOf(structuredClone(was)), workloads });

  it('pairs what had the same settings, however long it ran', () => {
    const before = results(was, workloadOf('queue --batch 7', [1, 1]));
    const after = results(workloadOf('queue --duration 1 --runs 2', [100_000, 100_000]));
    const comparison = compareResults(before, after, 0.1);
    expect(comparison.workloads).toHaveLength(1);
    expect(comparison.unmatched).toEqual([expect.stringContaining('--batch 7')]);
    expect(comparison.regressions).toBe(1);
    const text = comparisonText(comparison);
    expect(text).toMatch(
      /^records\/s +520,000 +500,000 to 540,000 +100,000 +-80\.8 % +✗ regression$/m,
    );
    expect(text).toContain('On one side only: queue --record-bytes 100');
    expect(text).toContain('Regressions: 1, worse by more than 10 %');
  });

  it('names another machine', () => {
    const before = results(was);
    const after = { ...before, environment: { ...before.environment, cores: 64 } };
    expect(compareResults(before, after, 0.1).differences).toEqual(['cores: 2, now 64']);
  });
});

describe('lineOfReport', () => {
  it('gives the recorded settings back', () => {
    const line = lineOfReport(workloadOf('queue --batch 7 --sync os', [1]), 'f');
    const { workload, settings } = chosenFrom(line, {});
    expect(workload.name).toBe('queue');
    expect(settings).toMatchObject({ batch: 7, sync: 'os', inFlight: 32 });
  });

  it('names the field of what it does not have', () => {
    const alien = { ...was, workload: 'quieu' };
    expect(() => lineOfReport(alien, 'f: workloads[0]')).toThrow(/^f: workloads\[0\]: no workload/);
  });
});

describe('parseShare', () => {
  it('takes percents and parts', () => {
    expect([parseShare('10%'), parseShare('0.1'), parseShare('2.5%')]).toEqual([0.1, 0.1, 0.025]);
    expect(() => parseShare('much')).toThrow(/^--threshold is a share such as 10% or 0.1, not/);
    expect(() => parseShare('-3%')).toThrow(/--threshold/);
  });
});

describe('bench compare', () => {
  const fileOf = quietFiles();

  it('ends with 1 on a regression and 0 without', async () => {
    const before = fileOf('before.json', was);
    const after = fileOf('after.json', workloadOf('queue', [300_000, 310_000]));
    expect(await main(['compare', '--against', before, '--with', before])).toBe(0);
    expect(await main(['compare', '--against', before, '--with', after])).toBe(1);
    expect(await main(['compare', '--against', after, '--with', before])).toBe(0);
    expect(await main(['compare', '--with', after])).toBe(2);
  });
});
