// npm run history -- [--kills N] [--minutes M] [--seed N] [--clients N] [--keep DIR] [--check DIR] [--json]: real client
// processes write down every call while the broker is killed N times, for M minutes at most; then the history is judged.
// --keep leaves the diaries in DIR, --check judges those of DIR again. --json prints the counts to stdout.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureBuilt, optionsOf, runTool } from './workspace.mjs';

const text = /** @type {const} */ ({ type: 'string' });
const values = optionsOf({
  kills: text,
  minutes: text,
  seed: text,
  clients: text,
  keep: text,
  check: text,
  json: { type: 'boolean', default: false },
});

const directory = mkdtempSync(join(tmpdir(), 'millrace-report-'));
const report = join(directory, 'report.json');
/** @type {Record<string, string>} */
const env = { MILLRACE_HISTORY_REPORT: report, MILLRACE_HISTORY_CLIENTS: values.clients ?? '2' };
if (values.kills !== undefined) env['MILLRACE_HISTORY_KILLS'] = values.kills;
if (values.minutes !== undefined) env['MILLRACE_HISTORY_MINUTES'] = values.minutes;
if (values.seed !== undefined) env['MILLRACE_HISTORY_SEED'] = values.seed;
if (values.keep !== undefined) env['MILLRACE_HISTORY_KEEP'] = resolve(values.keep);
if (values.check !== undefined) env['MILLRACE_HISTORY_CHECK'] = resolve(values.check);

ensureBuilt();
const file = 'test/history/history.test.ts';
const stdout = values.json ? undefined : 'inherit';
process.exitCode = runTool('vitest', ['run', file], { stdout, env });
try {
  if (values.json) process.stdout.write(readFileSync(report));
} finally {
  rmSync(directory, { recursive: true });
}
