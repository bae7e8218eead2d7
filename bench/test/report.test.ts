// The report: what programs read, and what people read.
import { MillraceError } from '@millrace/client';
import { describe, expect, it } from 'vitest';
import { peopleText } from '../src/report/people.ts';
import { failureReport, reportOf } from '../src/report/report.ts';
import { ENVIRONMENT, outcomeOf, runOf } from './outcome.ts';

describe('reportOf', () => {
  it('gives rates, costs, latencies and where they come from', () => {
    const runs = [runOf(2_000_000), runOf(1_000_000), runOf(4_000_000, { clientCpuSeconds: 4 })];
    const report = reportOf(outcomeOf('consume --record-bytes 250', { runs }));
    expect(report).toMatchObject({
      workload: 'consume',
      recordsPerSecond: { median: 1_000_000, min: 500_000, max: 2_000_000 },
      megabytesPerSecond: { median: 250, min: 125, max: 500 },
      latencyMs: { p50: 1, p99: 2, p999: 3 },
      broker: { cpuSecondsPerMillion: 0.5, residentBytes: 100 * 2 ** 20 },
      client: { cpuSecondsPerMillion: 1 },
      verified: 'all of it',
      environment: { ...ENVIRONMENT, settings: { recordBytes: 250, runs: 5, sync: 'always' } },
    });
    expect(report.runs[2]).toMatchObject({ records: 4_000_000, seconds: 2, latencyP99Ms: null });
    expect(report.runs[2]).toMatchObject({ brokerAnonymousBytes: 40 * 2 ** 20 });
    expect(report).not.toHaveProperty('baselineRatio');
  });

  it('lists the settings that the workload takes, and no others', () => {
    const { settings } = reportOf(outcomeOf('consume', {})).environment;
    expect(Object.keys(settings)).not.toContain('rate');
    expect(Object.keys(settings)).not.toContain('window');
  });

  it('holds stored bytes against those of the bare committer, the median against its best', () => {
    // 110 stored bytes a record: 55, 110 and 55 MB/s.
    const runs = [1_000_000, 2_000_000, 1_000_000].map((records) => runOf(records));
    const baselines = [110, 440, 1_100, 100, 120].map((megabytes) => ({
      bytes: megabytes * 1_000_000,
      elapsedMs: 1_000,
    }));
    const report = reportOf(outcomeOf('produce', { runs, baselines, batchBytes: 110_000 }));
    expect(report.baselineRatio).toBe(0.05);
    expect(report.baseline).toEqual({
      batchBytes: 110_000,
      storedMegabytesPerSecond: { median: 55, min: 55, max: 110 },
      committerMegabytesPerSecond: { median: 120, min: 100, max: 1_100 },
    });
  });

  it('says null where the system does not tell what the broker used', () => {
    const runs = [runOf(1, { brokerUsage: null, brokerCpuSeconds: null })];
    expect(reportOf(outcomeOf('consume', { runs })).broker).toBeNull();
  });

  it('carries what a workload found under its name', () => {
    const table = { head: [], rows: [] };
    const verdict = { isPassed: false, text: 'grew', details: { samples: [1, 2] }, table };
    const report = reportOf(outcomeOf('retention', { verdict }));
    expect(report['retention']).toEqual({ isPassed: false, samples: [1, 2] });
  });
});

describe('failureReport', () => {
  it('has the code of the error and no numbers', () => {
    const error = new MillraceError('STORAGE_FULL');
    expect(failureReport('produce', error)).toEqual({
      workload: 'produce',
      error: { code: 'STORAGE_FULL', message: error.message },
    });
    expect(failureReport('queue', new TypeError('no'))).toMatchObject({
      error: { code: 'TypeError' },
    });
  });
});

describe('peopleText', () => {
  it('shows figures, checks and the machine', () => {
    const runs = [runOf(1_000_000)];
    const baselines = [{ bytes: 110_000_000, elapsedMs: 1_000 }];
    const outcome = outcomeOf('produce --duration 2', { runs, baselines, batchBytes: 110_000 });
    const text = peopleText(reportOf(outcome), null);
    expect(text).toMatch(/^produce: duration 2 s, .*record-bytes 100, .*sync always/);
    expect(text).toMatch(/^records\/s +500,000 +500,000 +500,000$/m);
    expect(text).toMatch(/^ratio to its best +0\.5$/m);
    expect(text).toMatch(/^latency ms +1\.000 +1\.500 +1\.700 +2\.000 +3\.000 +3\.500 +4\.000$/m);
    expect(text).toMatch(/^CPU s a million records +1\.00 +2\.00$/m);
    expect(text).toContain('checked: all of it');
    expect(text).toContain('A processor, 2 cores, 8.0 GiB; Linux 6.1.0; ext4 on /dev/vda');
    expect(text).toContain('other work during the runs: 0.25 cores, 0.25 at most');
    expect(text).not.toContain('in memory');
  });

  it('warns where a flush costs nothing', () => {
    const environment = { ...ENVIRONMENT, fileSystem: { type: 'tmpfs', device: 'tmpfs' } };
    const text = peopleText(reportOf(outcomeOf('consume', { environment })), null);
    expect(text).toContain('The data directory is in memory');
  });

  it('shows what a workload found', () => {
    const table = { head: ['window', 'MiB'], rows: [['1.0', '12.5']] };
    const verdict = { isPassed: false, text: 'NOT FLAT: grew', details: {}, table };
    const text = peopleText(reportOf(outcomeOf('retention', { verdict })), verdict);
    expect(text).toMatch(/^window +MiB\n1\.0 +12\.5\n\nNOT FLAT: grew$/m);
  });
});
