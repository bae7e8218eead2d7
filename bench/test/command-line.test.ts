// The line behind the name of a command: its table of options decides what is taken.
import { describe, expect, it } from 'vitest';
import { command, withoutFallback } from '../src/commands/command.ts';
import { parseCommandLine } from '../src/commands/parse-command-line.ts';
import { commandHelpText } from '../src/options/help.ts';
import { OPTIONS } from '../src/options/table.ts';

const options = {
  outFile: { kind: 'text', noun: 'file', fallback: 'report.html', about: 'Where to.' },
  from: { kind: 'text', noun: 'file', isMany: true, about: 'Where from.' },
  only: { kind: 'some', values: ['curves', 'peers'], about: 'Parts.' },
  duration: withoutFallback(OPTIONS.duration),
  tries: { kind: 'count', min: 1, max: 9, fallback: 3, about: 'Tries.' },
  of: { kind: 'choice', values: ['client', 'both'], fallback: 'both', about: 'Whose.' },
  json: { kind: 'switch', about: 'JSON.' },
} as const;

const bare = command({ name: 'bare', about: 'Bare.', options, run: () => Promise.resolve(0) });
const wide = { ...bare, name: 'wide', operands: '<workload>', takesWorkloadOptions: true } as const;

describe('parseCommandLine', () => {
  it('gives every option its value or its default', () => {
    expect(parseCommandLine(bare, [])).toEqual({
      operands: [],
      workloadOptions: {},
      values: {
        outFile: 'report.html',
        from: [],
        only: ['curves', 'peers'],
        duration: undefined,
        tries: 3,
        of: 'both',
        json: false,
      },
    });
  });

  it('takes what stands on the line', () => {
    const line = '--out-file a --from b --from=c --only peers --duration 0.5 --of client --json';
    expect(parseCommandLine(bare, line.split(' '))).toMatchObject({
      values: {
        outFile: 'a',
        from: ['b', 'c'],
        only: ['peers'],
        duration: 0.5,
        of: 'client',
        json: true,
      },
    });
  });

  it('hands options of workloads on, unparsed, but not those of its own name', () => {
    const line = parseCommandLine(wide, ['queue', '--batch', '7', '--duration', '2']);
    expect(line).toMatchObject({
      operands: ['queue'],
      workloadOptions: { batch: '7' },
      values: { duration: 2 },
    });
  });

  it('is asked for help', () => {
    expect(parseCommandLine(bare, ['--tries', '1', '-h'])).toBe('help');
    expect(commandHelpText(wide)).toContain('Usage: npm run bench -- wide <workload> [options]');
    expect(commandHelpText(wide)).toMatch(/--out-file file +Where to. Default: report.html\.$/m);
  });

  it.each([
    ['--tries 10', /^--tries is from 1 to 9, not 10$/],
    ['--duration soon', /^--duration is a number of seconds, not 'soon'$/],
    ['--of nobody', /^--of is client or both, not 'nobody'$/],
    ['--only peers,worms', /^--only is curves or peers, not 'worms'$/],
    ['--batch 7', /--batch/],
    ['queue', /^bare takes options only, not 'queue'$/],
  ])('refuses "%s"', (line, reason) => {
    expect(() => parseCommandLine(bare, line.split(' '))).toThrow(reason);
  });
});
