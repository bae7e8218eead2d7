// Checks of the knobs against the programs and the page: every knob is on the page, is taken as a flag and as a variable,
// and refuses what it cannot be by its name. The programs are started for it, but no server.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { flagOf, type KnobTable, readKnob, samplesOf, variableOf } from '../knobs/knob.ts';
import { knobRows } from '../knobs/parse-knobs.ts';
import { PRODUCER_KNOBS } from '../producer/knobs.ts';
import { programFile } from '../stage/actor.ts';
import { WORKER_KNOBS } from '../worker/knobs.ts';
import { finding } from './finding.ts';
import type { Finding } from './text.ts';

const TABLES = { worker: WORKER_KNOBS, producer: PRODUCER_KNOBS } as const;
const USAGE = 2;
/** Programs at a time. */
const LANES = 2;

type Program = keyof typeof TABLES;

export async function* validateKnobs(page: string): AsyncGenerator<Finding> {
  for (const [program, table] of Object.entries(TABLES) as [Program, KnobTable][]) {
    yield await finding(`every knob of the ${program} is on its page`, async () =>
      onPage(table, readFileSync(page, 'utf8')),
    );
    yield await finding(`the ${program} takes every knob`, () => takesEach(program, table));
    yield await finding(`the ${program} refuses by name`, () => refusesEach(program, table));
  }
}

function onPage(table: KnobTable, text: string): string {
  const lines = new Set(text.split('\n'));
  const rows = knobRows(table).split('\n');
  const missing = rows.filter((row) => !lines.has(row));
  if (missing.length > 0) throw new Error(`not on it: ${missing.join(' ')}`);
  return `${Object.keys(table).length} knobs, as they are`;
}

/** Once as flags and once as variables, the first sample of each. */
async function takesEach(program: Program, table: KnobTable): Promise<string> {
  const knobs = Object.entries(table).map(([name, knob]) => ({
    name,
    knob,
    text: samplesOf(knob).good[0] ?? '',
  }));
  const wanted = Object.fromEntries(
    knobs.map(({ name, knob, text }) => [name, readKnob(name, knob, text)]),
  );
  const flags = knobs.map(({ name, text }) => `${flagOf(name)}=${text}`);
  const variables = knobs.map(({ name, knob, text }) => [variableOf(name, knob), text] as const);
  const runs = [
    await run(program, ['--print-knobs', ...flags], {}),
    await run(program, ['--print-knobs'], Object.fromEntries(variables)),
  ];
  for (const { code, stdout, stderr } of runs) {
    if (code !== 0) throw new Error(`it ended with ${code}: ${stderr}`);
    if (!isDeepStrictEqual(JSON.parse(stdout), wanted)) throw new Error(`it took ${stdout}`);
  }
  return `${knobs.length} as flags and as variables`;
}

/** Each alone, as a flag. */
async function refusesEach(program: Program, table: KnobTable): Promise<string> {
  const waiting = Object.entries(table).flatMap(([name, knob]) => {
    const bad = samplesOf(knob).bad[0];
    return bad === undefined ? [] : [{ flag: flagOf(name), bad }];
  });
  const count = waiting.length;
  const wrong: string[] = [];
  const lane = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { flag, bad } = next;
      const { code, stderr } = await run(program, [`${flag}=${bad}`], {});
      if (code !== USAGE || !stderr.includes(flag))
        wrong.push(`${flag} (${code}: ${stderr.trim()})`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (wrong.length > 0) throw new Error(`not refused as they should be: ${wrong.join('; ')}`);
  return `${count} bad values, exit code ${USAGE} and the flag's name`;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  program: Program,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], ...variables };
    const file = programFile(program);
    execFile(process.execPath, [file, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
