// A real broker is killed again and again under the calls of real client processes; their history is judged afterwards.
// Here it is a few kills; `npm run history -- --kills 1000 --minutes 60` is the real thing. Settings come by environment.

import { mkdirSync, writeFileSync } from 'node:fs';
import { TemporaryDirectory } from '@millrace/harness';
import { describe, expect, test } from 'vitest';
import { checkHistory } from './check/check.ts';
import { countsOf } from './counts.ts';
import { readHistory } from './history.ts';
import { type Made, makeHistory } from './run.ts';
import { readTruth } from './truth.ts';

const KILLS = Number(process.env['MILLRACE_HISTORY_KILLS'] ?? 3);
const MINUTES_MAX = Number(process.env['MILLRACE_HISTORY_MINUTES'] ?? 60);
const SEED = Number(process.env['MILLRACE_HISTORY_SEED'] ?? 1);
const CLIENTS = Number(process.env['MILLRACE_HISTORY_CLIENTS'] ?? 1);
/** Where the diaries are kept. */
const KEEP = process.env['MILLRACE_HISTORY_KEEP'];
/** A history that was kept: it is judged again, and none is made. */
const CHECK = process.env['MILLRACE_HISTORY_CHECK'];
/** Where the counts go, as JSON. */
const REPORT = process.env['MILLRACE_HISTORY_REPORT'];
const VIOLATIONS_SHOWN = 20;

async function make(directory: string): Promise<Made> {
  return makeHistory({
    seed: SEED,
    kills: KILLS,
    minutesMax: MINUTES_MAX,
    clients: CLIENTS,
    directory,
    progress: (text) => process.stderr.write(`${text}\n`),
  });
}

describe('kill -9 again and again under the calls of client processes [I1-I6]', () => {
  const timeout = MINUTES_MAX * 60_000 + 600_000;
  test(`${KILLS} kills, seed ${SEED}`, { timeout }, async () => {
    const temporary = new TemporaryDirectory('millrace-history-');
    const directory = CHECK ?? KEEP ?? temporary.path;
    try {
      mkdirSync(directory, { recursive: true });
      const made = CHECK === undefined ? await make(directory) : undefined;
      const history = readHistory(directory);
      const truth = readTruth(directory);
      const violations = [...(made?.complaints ?? []), ...checkHistory(history, truth)];
      const counts = countsOf(history);
      if (REPORT !== undefined) {
        const records = truth.records.length;
        const report = { seed: SEED, ...made?.blows, ...counts, records, violations };
        writeFileSync(REPORT, `${JSON.stringify(report, null, 2)}\n`);
      }
      expect(violations.slice(0, VIOLATIONS_SHOWN)).toEqual([]);
      expect(counts.delivered).toBeGreaterThan(0);
      expect(counts.read).toBeGreaterThan(0);
    } finally {
      temporary.remove();
    }
  });
});
