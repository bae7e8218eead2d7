// npm run sim -- [--seed N] [--runs N] [--minutes M] [--jobs N] [--only whole|shard] [--json]: simulations by seed, N of them
// from that seed on: of whole brokers with real clients, and of a shard alone. --jobs runs them in so many processes.
// --json prints the counts of the whole ones to stdout, once all are done or M minutes are over.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, fail, optionsOf, ROOT } from './workspace.mjs';

const FILES = {
  whole: ['test/simulation/whole.test.ts'],
  shard: ['broker/test/simulation'],
};

const text = /** @type {const} */ ({ type: 'string' });
const values = optionsOf({
  seed: { ...text, default: '1' },
  runs: text,
  minutes: text,
  jobs: { ...text, default: '1' },
  only: text,
  json: { type: 'boolean', default: false },
});
const jobs = Number(values.jobs);
const files =
  values.only === 'whole' || values.only === 'shard'
    ? FILES[values.only]
    : [...FILES.whole, ...FILES.shard];
if (values.only !== undefined && files.length > 1) fail('--only is whole or shard');

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<number>}
 */
function vitest(args, env) {
  const path = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [path, 'run', ...args], {
    cwd: ROOT,
    stdio: ['ignore', values.json ? 2 : 'inherit', 2],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

/** @typedef {{ [name: string]: number | object[] }} Report */

/**
 * Counts add up; but time passes for all of them at once.
 *
 * @param {readonly Report[]} reports
 */
function summed(reports) {
  /** @type {Report} */
  const sum = {};
  for (const report of reports) {
    for (const [name, value] of Object.entries(report)) {
      const before = sum[name];
      if (typeof value === 'number') {
        const so = Number(before ?? 0);
        sum[name] = name === 'seconds' ? Math.max(so, value) : so + value;
      } else sum[name] = [...(Array.isArray(before) ? before : []), ...value];
    }
  }
  return sum;
}

ensureBuilt();
const directory = mkdtempSync(join(tmpdir(), 'millrace-report-'));
try {
  const running = Array.from({ length: jobs }, async (_, job) => {
    const report = join(directory, `${job}.json`);
    /** @type {Record<string, string>} */
    const env = { MILLRACE_SIM_SEED: values.seed, MILLRACE_SIM_REPORT: report };
    if (values.minutes !== undefined) env['MILLRACE_SIM_MINUTES'] = values.minutes;
    if (values.runs !== undefined) {
      const runs = Number(values.runs);
      const first = Math.floor((runs * job) / jobs);
      const end = Math.floor((runs * (job + 1)) / jobs);
      env['MILLRACE_SIM_SEED'] = String(Number(values.seed) + first);
      env['MILLRACE_SIM_RUNS'] = String(end - first);
    }
    return { code: await vitest(files, env), report };
  });
  const ended = await Promise.all(running);
  process.exitCode = Math.max(...ended.map(({ code }) => code));
  if (values.json) {
    const reports = ended.map(({ report }) => JSON.parse(readFileSync(report, 'utf8')));
    process.stdout.write(`${JSON.stringify(summed(reports), null, 2)}\n`);
  }
} finally {
  rmSync(directory, { recursive: true });
}
