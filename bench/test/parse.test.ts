// The command line: the two tables decide what is taken, and what is refused with a sentence.
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands/table.ts';
import { helpText } from '../src/options/help.ts';
import { parseWorkload } from '../src/options/parse.ts';
import { OPTION_NAMES } from '../src/options/table.ts';
import { UsageError } from '../src/options/usage-error.ts';
import { WORKLOADS } from '../src/workloads/table.ts';

function settingsOf(line: string) {
  const parsed = parseWorkload(line.split(' '));
  if (parsed.kind !== 'run') throw new Error('not a run');
  return parsed.settings;
}

function refusal(line: string): string {
  try {
    parseWorkload(line === '' ? [] : line.split(' '));
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('was not refused');
}

describe('parseWorkload', () => {
  it('gives a workload its own defaults over the common ones', () => {
    expect(settingsOf('queue')).toMatchObject({ batch: 100, inFlight: 32, runs: 5, duration: 5 });
    expect(settingsOf('produce')).toMatchObject({ batch: 1_000, recordBytes: 100, sync: 'always' });
    expect(settingsOf('produce-one')).toMatchObject({ inFlight: 1 });
  });

  it('takes what stands on the line', () => {
    const line =
      'produce --duration 0.5 --runs=2 --record-bytes 1024 --sync os --in-flight 3 --batch 7';
    const expected = {
      duration: 0.5,
      runs: 2,
      recordBytes: 1_024,
      sync: 'os',
      inFlight: 3,
      batch: 7,
    };
    expect(settingsOf(line)).toMatchObject(expected);
  });

  it('takes --json anywhere', () => {
    expect(parseWorkload(['--json', 'consume'])).toMatchObject({ kind: 'run', asJson: true });
    expect(parseWorkload(['consume'])).toMatchObject({ kind: 'run', asJson: false });
  });

  it('makes batches of large records smaller, unless told', () => {
    expect(settingsOf('produce --record-bytes 10240').batch).toBe(102);
    expect(settingsOf('produce --record-bytes 10240 --batch 300').batch).toBe(300);
    expect(settingsOf('produce --record-bytes 1000000').batch).toBe(1);
  });

  it.each([
    ['', /^name a workload: produce, /],
    ['prodcue', /^no workload 'prodcue': there are produce, /],
    ['produce consume', /^one workload at a time, not also 'consume'$/],
    ['produce --rate 5', /^produce does not take --rate$/],
    ['produce --sync never', /^--sync is always or os, not 'never'$/],
    ['produce --runs 1.5', /^--runs is a whole number, not '1.5'$/],
    ['produce --runs 0', /^--runs is from 1 to 1000, not 0$/],
    ['produce --runs', /--runs/],
    ['produce --duration -1', /--duration/],
    ['produce --duration soon', /^--duration is a number of seconds, not 'soon'$/],
    ['produce --speed 9', /--speed/],
    ['produce --batch 100000 --record-bytes 1000', /above 4 MiB$/],
  ])('refuses "%s"', (line, reason) => {
    expect(refusal(line)).toMatch(reason);
    expect(refusal(line)).not.toContain('\n');
  });
});

describe('help', () => {
  it('names every workload with its options, and every option', () => {
    const text = helpText(WORKLOADS, COMMANDS);
    for (const { name, about } of WORKLOADS)
      expect(text).toContain(`  ${name.padEnd(20)}  ${about}`);
    expect(text).toContain('--duration 5 --warmup 2 --runs 5 --record-bytes 100');
    const flags = text.slice(text.indexOf('Options of workloads:')).match(/^ {2}--/gm);
    expect(flags).toHaveLength(OPTION_NAMES.length + 1);
  });
});

describe('the table of workloads', () => {
  it('has every name once, and defaults that its options allow', () => {
    expect(new Set(WORKLOADS.map(({ name }) => name)).size).toBe(WORKLOADS.length);
    for (const workload of WORKLOADS) {
      const line = workload.takes.flatMap((name) => {
        const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
        return [`--${flag}`, String(settingsOf(workload.name)[name])];
      });
      const parsed = parseWorkload([workload.name, ...line]);
      expect(parsed).toMatchObject({ settings: settingsOf(workload.name) });
    }
  });
});
