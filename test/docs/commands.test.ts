// Commands that documents name and that no test can run (they take an hour, need a disk of their own, or another machine) are at
// least there: scripts, files, and options by name. And the command line takes every example of its own reference: cli.md.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryDirectory } from '@millrace/harness';
import { describe, expect, test } from 'vitest';
import { OPTIONS as BROKER_OPTIONS } from '../../broker/src/options/table.ts';
import { buildProgram } from '../../cli/src/program.ts';
import { GATEWAY_OPTIONS, GATEWAY_PROCESS_OPTIONS } from '../../gateway/src/options/table.ts';
import { flagOf } from '../../options/src/option-table.ts';
import { claimsOf } from './blocks.ts';
import { type Block, pagePaths, ROOT, readPage } from './support/markdown.ts';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const SERVER_OPTIONS = new Set(
  Object.keys({ ...BROKER_OPTIONS, ...GATEWAY_OPTIONS, ...GATEWAY_PROCESS_OPTIONS }).map(flagOf),
);

/** Where the options of a script stand: a file that has the name of each, and of each thing to run. */
const OPTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  bench: ['docs/reference/bench.md'],
  crash: ['scripts/crash.mjs', 'scripts/seeded-tests.mjs'],
  properties: ['scripts/properties.mjs'],
  fuzz: ['scripts/fuzz.mjs', 'scripts/seeded-tests.mjs'],
  history: ['scripts/history.mjs', 'scripts/seeded-tests.mjs'],
  scenario: ['docs/scenarios/index.md', 'scenarios/src/command/scenario.ts'],
  scenarios: ['scenarios/src/command/command-line.ts', 'scenarios/src/stage/scenario.ts'],
  sim: ['scripts/sim.mjs', 'scripts/seeded-tests.mjs'],
  soak: ['scenarios/src/soak/options.ts'],
  site: ['scripts/site.mjs'],
};

const wordsOf = (text: string) =>
  [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');

/** `--time-limit` stands in a page as it is, in a table as `timeLimit:` or `'time-limit'`; what can be run, between quotes. */
function names(source: string, word: string): boolean {
  const name = word.replace(/^--/, '').replace(/=.*/, '');
  if (!word.startsWith('--'))
    return new RegExp(`[\`']${name}[\`']|bench -- ${name}\\b`).test(source);
  const camel = name.replaceAll(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
  return new RegExp(`--${name}\\b|'${name}'|\\b${camel}:`).test(source);
}

function scriptFault([name = '', ...rest]: readonly string[]): string | undefined {
  if (scripts[name] === undefined) return `there is no script ${name}`;
  const args = rest
    .filter((word) => word !== '--')
    .filter((word, at, all) => all[at - 1] !== '>' && word !== '>');
  const checked = args.filter((word, at) => word.startsWith('--') || at === 0);
  const files = OPTIONS_OF[name];
  if (files === undefined) return args.length === 0 ? undefined : `nobody knows options of ${name}`;
  const source = files.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');
  const unknown = checked.find((word) => !names(source, word));
  return unknown === undefined ? undefined : `${name} does not know ${unknown}`;
}

function optionsFault(words: readonly string[]): string | undefined {
  const unknown = words.find((word) => /^--./.test(word) && !SERVER_OPTIONS.has(word));
  return unknown === undefined ? undefined : `there is no option ${unknown}`;
}

function fileFault(words: readonly string[]): string | undefined {
  const missing = words.find((word) => !word.startsWith('-') && !existsSync(join(ROOT, word)));
  return missing === undefined ? undefined : `there is no ${missing}`;
}

/** What the image is told: variables of the environment are options too. */
function imageFault(words: readonly string[]): string | undefined {
  const variables = words.flatMap((word) => /^(MILLRACE_\w+)=/.exec(word)?.[1] ?? []);
  return optionsFault(
    variables.map(
      (name) => `--${name.slice('MILLRACE_'.length).toLowerCase().replaceAll('_', '-')}`,
    ),
  );
}

/** A program that is built, and what it is asked to do. What is in capitals is for the reader to fill in. */
function programFault([file = '', ...args]: readonly string[]): string | undefined {
  const source = join(ROOT, file.replace('/dist/', '/src/').replace(/\.js$/, '.ts'));
  if (!existsSync(source)) return `there is no ${file}`;
  const text = readFileSync(source, 'utf8');
  const unknown = args.find((word) => word !== word.toUpperCase() && !text.includes(`'${word}'`));
  return unknown === undefined ? undefined : `${file} does not know ${unknown}`;
}

/** What is wrong with a command; undefined: nothing that can be seen without running it. */
function faultOf(command: string): string | undefined {
  const words = wordsOf(command.replace(/ #.*$/, '').replace(/^(?:[A-Z_]+=\S+ )+/, ''));
  const line = words.join(' ');
  const rest = (count: number) => words.slice(count);
  if (/^npm (?:test|start)\b/.test(line)) return optionsFault(words);
  if (line.startsWith('npm run ')) return scriptFault(rest(2).filter((word) => word !== '-s'));
  if (line.startsWith('npx vitest run')) return fileFault(rest(3).filter((word) => word !== 'L-4'));
  if (/^millrace(?:-gateway)? /.test(line)) return optionsFault(words);
  if (line.startsWith('docker compose -f ')) return fileFault([rest(3)[0] ?? '']);
  if (/^docker (?:run|exec) /.test(line)) return imageFault(words);
  if (line.startsWith('bash ')) return fileFault(rest(1));
  if (line.startsWith('python3 -B '))
    return fileFault([join('test/interop/python', rest(2)[0] ?? '')]);
  if (/^(?:npm ci --prefix|npx tsc -b) /.test(line)) return fileFault(rest(3));
  if (words[0] === 'node') return programFault(rest(1));
  return `nobody knows how to check ${words[0] ?? ''}`;
}

const linesOf = (text: string) =>
  text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));

const blocks = pagePaths().flatMap((path) => readPage(path).blocks);
const isOurs = (block: Block) =>
  claimsOf(block).some(({ by }) => by === 'test/docs/commands.test.ts');

const commands = blocks
  .filter((block) => isOurs(block) && block.kind === 'bash')
  .flatMap(({ page, text }) => linesOf(text).map((line) => ({ page, line })));

test('commands that are only named are there', () => {
  expect(new Set(commands.map(({ page }) => page))).toContain('CONTRIBUTING.md');
  expect(new Set(commands.map(({ page }) => page))).toContain('test/interop/python/README.md');
  const faults = commands.map(({ page, line }) => ({ page, line, fault: faultOf(line) }));
  expect(faults.filter(({ fault }) => fault !== undefined)).toEqual([]);
});

describe('what is not there is found', () => {
  const wrong = [
    ['npm run nothing', 'no script nothing'],
    ['npm run bench -- nothing', 'does not know nothing'],
    ['npm run bench -- produce --no-such', 'does not know --no-such'],
    ['npm start -- --nothing', 'no option --nothing'],
    ['docker run -e MILLRACE_NOTHING=1 IMAGE', 'no option --nothing'],
    ['bash nothing.sh', 'there is no nothing.sh'],
    ['node nothing/dist/main.js', 'there is no nothing/dist/main.js'],
    ['node examples/dist/patterns/migrate-from-sqs/move.js aside', 'does not know aside'],
    ['make', 'how to check make'],
  ];
  test.each(wrong)('%s', (command, fault) => expect(faultOf(command ?? '')).toContain(fault));
});

/** The arguments that a shell gives to broker-cli for these lines. What else stands in them (`jq`, `cat`) does what it does. */
function argumentsOf(lines: readonly string[]): string[][] {
  const directory = new TemporaryDirectory('millrace-commands-');
  try {
    const script = `broker-cli() { printf '%s\\037' "$@" $'\\036' >&3; }\n${lines.join('\n')}\n`;
    const shell = ['-c', 'exec bash -c "$0" 3>&1 >/dev/null 2>/dev/null', `${script}true`];
    mkdirSync(join(directory.path, '.config/fish/completions'), { recursive: true });
    for (const [, file = ''] of lines.join('\n').matchAll(/ < (\S+)/g)) {
      writeFileSync(join(directory.path, file), '');
    }
    const env = { PATH: process.env['PATH'] ?? '', HOME: directory.path };
    const told = execFileSync('bash', shell, { cwd: directory.path, env, encoding: 'utf8' });
    // One write a call: those of a pipe run at the same time.
    return told
      .split('\u{1E}\u{1F}')
      .slice(0, -1)
      .map((call) => call.split('\u{1F}').slice(0, -1));
  } finally {
    directory.remove();
  }
}

async function parses(argv: readonly string[]): Promise<boolean> {
  let isTaken = false;
  const output = { writeOut: () => {}, writeErr: () => {}, columns: 100 };
  const program = await buildProgram(argv, output, async () => {
    isTaken = true;
  });
  await program.parseAsync([...argv], { from: 'user' }).catch(() => {});
  return isTaken;
}

test('the command line takes the examples of docs/reference/cli.md', async () => {
  const examples = blocks.filter(
    (block) => block.page === 'docs/reference/cli.md' && block.kind === 'sh',
  );
  const lines = examples.flatMap(({ text }) => linesOf(text));
  const given = argumentsOf(lines);
  expect(given.length).toBe(lines.join('\n').match(/\bbroker-cli /g)?.length);
  const taken = await Promise.all(
    given.map(async (argv) => ({ argv, isTaken: await parses(argv) })),
  );
  expect(taken.filter(({ isTaken }) => !isTaken)).toEqual([]);
  expect(await parses(['topics', 'create', '--nothing'])).toBe(false);
});
