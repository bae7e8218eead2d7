// profile: one run of a workload with CPU profiles of its measured time, as files, flame graphs and tables.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryDirectory } from '@millrace/harness';
import { command } from '../commands/command.ts';
import { EXIT } from '../exit.ts';
import { runWorkload } from '../measure/run-workload.ts';
import { chosenOf } from '../options/parse.ts';
import { UsageError } from '../options/usage-error.ts';
import { Progress } from '../report/progress.ts';
import { reportOf } from '../report/report.ts';
import type { CpuProfile } from './cpu-profile.ts';
import { flamePage } from './flame.ts';
import { profileText } from './people.ts';
import { ProfilingObserver, SIDES } from './profilers.ts';
import { withSources } from './source-names.ts';

export const profile = command({
  name: 'profile',
  about:
    'One measured run of a workload with CPU profiles of the broker and the client: .cpuprofile files, flame graphs, and the functions that took most time.',
  operands: '<workload>',
  options: {
    out: { kind: 'text', noun: 'dir', fallback: 'profiles', about: 'Where the files go.' },
    of: { kind: 'choice', values: ['broker', 'client', 'both'], fallback: 'both', about: 'Whose.' },
  },
  takesWorkloadOptions: true,
  async run({ values, operands, workloadOptions }) {
    if ('runs' in workloadOptions) throw new UsageError('a profile is of one run: no --runs');
    const { workload, settings } = chosenOf(operands, workloadOptions);
    const sides = SIDES.filter((side) => values.of === 'both' || values.of === side);
    const directory = new TemporaryDirectory('millrace-profile-');
    try {
      const observer = new ProfilingObserver(sides, directory.path);
      const progress = new Progress(process.stderr.isTTY);
      const outcome = await runWorkload(workload, { ...settings, runs: 1 }, progress, observer);
      const { median } = reportOf(outcome).recordsPerSecond;
      const rate = `${Math.round(median).toLocaleString('en-US')} records/s while profiled`;
      for (const [side, found] of observer.profiles) {
        const files = write(values.out, `${workload.name}-${side}`, rate, withSources(found));
        process.stdout.write(`${profileText(side, withSources(found))}\n\n${files.join('\n')}\n\n`);
      }
      process.stdout.write(`${workload.name}: ${rate}\n`);
    } finally {
      directory.remove();
    }
    return EXIT.passed;
  },
});

/** Returns the paths of what it wrote. */
function write(directory: string, name: string, about: string, found: CpuProfile): string[] {
  mkdirSync(directory, { recursive: true });
  const files = [
    [`${name}.cpuprofile`, JSON.stringify(found)],
    [`${name}.html`, flamePage(`Flame graph: ${name}`, about, found)],
  ] as const;
  return files.map(([file, text]) => {
    const path = join(directory, file);
    writeFileSync(path, text);
    return path;
  });
}
