// peers: the same work on Millrace and on its peers, in one run on one machine. This file has the command line and the
// output; what is measured is in comparePeers.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { abortOnSignals } from '../commands/abort-on-signals.ts';
import { command } from '../commands/command.ts';
import { EXIT } from '../exit.ts';
import { Progress } from '../report/progress.ts';
import { PEER_WORKS, type PeerComparison } from '../results/results.ts';
import { PEER_NAMES } from './catalog.ts';
import { comparePeers, hasFailed, MODE_CHOICES, PEER_DEFAULTS } from './compare.ts';
import { comparisonText } from './people.ts';

const INSTALL = fileURLToPath(new URL('../../peers/install.sh', import.meta.url));
const SECOND_MS = 1_000;

export const peers = command({
  name: 'peers',
  about:
    'The same work on Millrace and on its peers; those that are not installed are skipped by name.',
  options: {
    only: { kind: 'some', values: PEER_NAMES, about: 'These peers.' },
    works: { kind: 'some', values: PEER_WORKS, about: 'These works.' },
    modes: {
      kind: 'some',
      values: MODE_CHOICES,
      about: 'What people get unasked; all that flush before they acknowledge; all that do not.',
    },
    duration: {
      kind: 'seconds',
      min: 0.1,
      max: 600,
      fallback: PEER_DEFAULTS.duration,
      about: 'Length of a run.',
    },
    warmup: {
      kind: 'seconds',
      min: 0,
      max: 600,
      fallback: PEER_DEFAULTS.warmup,
      about: 'Length of the run before, which counts for nothing.',
    },
    runs: {
      kind: 'count',
      min: 1,
      max: 100,
      fallback: PEER_DEFAULTS.runs,
      about: 'Measured runs of a work.',
    },
    rate: {
      kind: 'count',
      min: 100,
      max: 1_000_000,
      fallback: PEER_DEFAULTS.rate,
      about: 'Messages a second of the work latency.',
    },
    json: { kind: 'switch', about: 'One JSON object on stdout instead of tables.' },
    out: { kind: 'text', noun: 'file', about: 'Writes the JSON object to this file, too.' },
    install: {
      kind: 'switch',
      about: 'Measures nothing: installs clients and servers (as root), and names what failed.',
    },
  },
  endsItself: true,
  async run({ values }) {
    if (values.install) return install();
    const { only, works, modes, duration, warmup, runs, rate, json, out } = values;
    const ending = abortOnSignals();
    const progress = new Progress(process.stderr.isTTY && !json);
    const durationMs = duration * SECOND_MS;
    const settings = { durationMs, warmupMs: warmup * SECOND_MS, runs, rate };
    try {
      const { signal } = ending;
      const comparison = await comparePeers({
        settings,
        peers: only,
        works,
        modes,
        progress,
        signal,
      });
      print(comparison, json, out);
      return hasFailed(comparison) ? EXIT.failed : EXIT.passed;
    } catch (error) {
      if (ending.code === undefined) throw error;
      return ending.code;
    }
  },
});

function print(comparison: PeerComparison, isJson: boolean, file: string | undefined): void {
  const text = `${JSON.stringify(comparison, null, 2)}\n`;
  if (file !== undefined) writeFileSync(file, text);
  process.stdout.write(isJson ? text : comparisonText(comparison));
}

function install(): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', [INSTALL], { stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0 ? EXIT.passed : EXIT.failed));
  });
}
