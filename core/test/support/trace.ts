// Text traces: a script of commands with what each of them printed. A rule is read in the script and its change is
// reviewed as a diff. `UPDATE_TRACES=1` rewrites the scripts with what is printed now.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MillraceError } from '@millrace/protocol';
import { expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../traces/', import.meta.url));
const DIVIDER = '----';

/** One command line: `name word word option=value`. */
export interface TraceCommand {
  readonly name: string;
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
}

/** What a command prints, in lines; nothing is printed as `ok`, and a MillraceError by its code and text. */
export type TraceCommands = Readonly<Record<string, (command: TraceCommand) => string | undefined>>;

export function word(command: TraceCommand, at: number): string {
  const found = command.words[at];
  if (found === undefined) throw new Error(`${command.name} lacks word ${at + 1}`);
  return found;
}

/** The number given as an option; `_` in it only separates digits. */
export function numberOf(command: TraceCommand, option: string, fallback?: number): number {
  const text = command.options.get(option);
  const number = text === undefined ? fallback : Number(text.replaceAll('_', ''));
  if (number === undefined || Number.isNaN(number)) {
    throw new Error(`${command.name} needs ${option}=NUMBER`);
  }
  return number;
}

export function parseCommand(line: string): TraceCommand {
  const [name = '', ...rest] = line.trim().split(/\s+/);
  const words = rest.filter((part) => !part.includes('='));
  const options = rest.filter((part) => part.includes('='));
  const pairs = options.map((part): [string, string] => {
    const at = part.indexOf('=');
    return [part.slice(0, at), part.slice(at + 1)];
  });
  return { name, words, options: new Map(pairs) };
}

function outputOf(commands: TraceCommands, line: string): string {
  const command = parseCommand(line);
  const run = commands[command.name];
  if (run === undefined) throw new Error(`no trace command is named ${command.name}`);
  try {
    return run(command) ?? 'ok';
  } catch (error) {
    if (error instanceof MillraceError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** The script with what its commands print now. Output ends at the first empty line. */
export function replay(script: string, commands: TraceCommands): string {
  const printed: string[] = [];
  let pending: string | undefined;
  let isOutput = false;
  for (const line of script.trimEnd().split('\n')) {
    if (line === DIVIDER && pending !== undefined) {
      printed.push(DIVIDER, outputOf(commands, pending));
      pending = undefined;
      isOutput = true;
      continue;
    }
    if (isOutput && line.trim() !== '') continue;
    isOutput = false;
    printed.push(line);
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (pending !== undefined) throw new Error(`"${pending}" has no ${DIVIDER} after it`);
    pending = line;
  }
  if (pending !== undefined) throw new Error(`"${pending}" has no ${DIVIDER} after it`);
  return `${printed.join('\n')}\n`;
}

/** Declares a test for every script `<prefix>-*.txt` in core/test/traces; each gets commands of its own. */
export function testTraces(prefix: string, start: () => TraceCommands): void {
  const names = readdirSync(FOLDER).filter((name) => name.startsWith(`${prefix}-`));
  it(`has traces named ${prefix}-*.txt`, () => expect(names).not.toEqual([]));
  it.each(names)('%s', (name) => {
    const path = `${FOLDER}${name}`;
    const script = readFileSync(path, 'utf8');
    const printed = replay(script, start());
    const isRewritten = process.env['UPDATE_TRACES'] === '1';
    if (isRewritten) writeFileSync(path, printed);
    expect(printed).toBe(isRewritten ? printed : script);
  });
}
