// The offline commands: their options, their answers, their exit codes. Resolves with the exit code; what went wrong is
// one line on stderr.

import { writeSync } from 'node:fs';
import { EXITS, type ExitName, parseValue, StartError } from '@millrace/options';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { backup } from './backup.ts';
import { OFFLINE_COMMANDS, type OfflineCommand } from './commands.ts';
import { type InspectOptions, inspect } from './inspect.ts';
import { restore } from './restore.ts';
import { openScreen } from './screen.ts';
import { formatCount, formatSize, formatText } from './text.ts';

/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED and MDB_PANIC. */
const LMDB_DAMAGE = new Set([-30_797, -30_796, -30_795]);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export async function runOffline(args: readonly string[]): Promise<number> {
  let exit: ExitName = 'clean';
  const program = new Command('millrace-broker').exitOverride();
  // Help alone goes this way; a reader that went away is no error.
  process.stdout.on('error', passOverClosed);
  program.configureOutput({ writeErr: () => undefined });
  addInspect(program, (found) => {
    exit = found;
  });
  addBackup(program);
  addRestore(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXITS[exit].code;
  } catch (error) {
    return exitOf(error, args[0] ?? '');
  }
}

function passOverClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function addCommand(program: Command, name: OfflineCommand): Command {
  return program
    .command(name)
    .description(OFFLINE_COMMANDS[name])
    .allowExcessArguments(false)
    .option('--json', 'JSON on stdout, for programs')
    .configureOutput({ writeErr: () => undefined });
}

function addInspect(program: Command, found: (exit: ExitName) => void): void {
  addCommand(program, 'inspect')
    .argument('<dir>', 'data directory, or backup')
    .option('--topic <name>', 'segments and batches of this topic')
    .option('--partition <number>', 'of this partition alone', wholeNumber)
    .option('--offset <number>', 'the record at this offset', wholeNumber)
    .option('--verify', 'check every batch and every row, and name what is wrong')
    .addHelpText('after', INSPECT_HELP)
    .action(async (dir: string, options: InspectOptions & { readonly json?: true }) => {
      found(await inspect(dir, options, openScreen(options.json === true)));
    });
}

const INSPECT_HELP = `
Without an option it tells what the directory holds. It may run beside a broker: it sees the data as it was when it
began, and keeps the pages that are freed meanwhile from being used again, so a long look lets the file grow.

Exit codes: 0 sound, 1 --verify found something, 65 not a data directory of this version, 66 there is no such thing.

Examples:
  millrace-broker inspect /var/lib/millrace
  millrace-broker inspect /var/lib/millrace --verify
  millrace-broker inspect /var/lib/millrace --topic flights --partition 0 --offset 1200
  millrace-broker inspect /var/lib/millrace --topic flights --json | jq -c 'select(.kind == "batch")'`;

interface BackupFlags {
  readonly json?: true;
  readonly timeLimit?: number;
  readonly verify?: boolean;
}

function addBackup(program: Command): void {
  addCommand(program, 'backup')
    .argument('<dir>', 'data directory; its broker may run')
    .argument('<target>', 'directory to write to: empty, or not there yet')
    .option('--verify', 'check every batch and every row of the copy')
    .option(
      '--time-limit <duration>',
      'give up a copy that takes longer, such as 30m: meanwhile the file of a running broker grows (default 1h)',
      duration,
    )
    .addHelpText('after', BACKUP_HELP)
    .action(
      async (
        dir: string,
        target: string,
        { json, timeLimit = HOUR_MS, verify = false }: BackupFlags,
      ) => {
        const screen = openScreen(json === true);
        const options = { timeLimitMs: timeLimit, verify };
        const done = await backup(dir, target, options, screen);
        const held = `${formatCount(done.topics)} topics, ${formatCount(done.groups)} groups`;
        const checked = verify ? ', verified' : '';
        screen.answer(
          done,
          () => `Backed up ${held}, ${formatSize(done.bytes)} to ${done.target}${checked}.`,
        );
      },
    );
}

const BACKUP_HELP = `
What was acknowledged before the copy began is in it, and nothing of later commits. It is on the disk when the command
ends. A copy that was cut short has no backup.json, and restore refuses it.

Exit codes: 0 done, 1 --verify found something, 66 no data directory, 71 time limit, 73 the target is not empty or full.

Examples:
  millrace-broker backup /var/lib/millrace /backup/monday
  millrace-broker backup /var/lib/millrace /backup/monday --verify --time-limit 10m`;

interface RestoreFlags {
  readonly json?: true;
  readonly verify: boolean;
  readonly keepInstance?: boolean;
}

function addRestore(program: Command): void {
  addCommand(program, 'restore')
    .argument('<backup>', 'directory that backup wrote')
    .argument('<dir>', 'data directory to make: empty, or not there yet')
    .option('--no-verify', 'check that the bytes are those of the backup, and look no further')
    .option(
      '--keep-instance',
      'go on as the directory that was backed up; only where that one is gone',
    )
    .addHelpText('after', RESTORE_HELP)
    .action(
      async (from: string, to: string, { json, verify, keepInstance = false }: RestoreFlags) => {
        const screen = openScreen(json === true);
        const done = await restore(from, to, { verify, keepInstance }, screen);
        const as = keepInstance ? 'as' : 'as the new';
        screen.answer(
          done,
          () =>
            `Restored ${formatSize(done.manifest.bytes)} to ${done.directory}, ${as} instance ${done.instanceId}.`,
        );
      },
    );
}

const RESTORE_HELP = `
The backup is checked first; what was acknowledged after it was made is not there. The directory gets an identity of its
own, by which clients can tell it from the one that was backed up.

Exit codes: 0 done, 1 the backup is damaged, 65 it is no backup, 73 the directory is not empty, 75 a broker uses it.

Example:
  millrace-broker restore /backup/monday /var/lib/millrace`;

function wholeNumber(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It has to be a whole number.');
}

function duration(text: string): number {
  const spec = {
    kind: 'duration',
    min: 100,
    max: 30 * DAY_MS,
    fallback: HOUR_MS,
    about: '',
  } as const;
  const parsed = parseValue(spec, text);
  if ('fault' in parsed) throw new InvalidArgumentError(`It ${parsed.fault}.`);
  return Number(parsed.value);
}

function exitOf(error: unknown, name: string): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXITS.clean.code;
    const [line = ''] = error.message.split('\n');
    tell(`${line.replace(/^error: /, '').replace(/\.?$/, '.')} See ${name} --help.`);
    return EXITS.badOption.code;
  }
  if (error instanceof StartError) {
    tell(error.message);
    return error.exitCode;
  }
  if (isDamage(error)) {
    tell(`${name} cannot read on, the data file is damaged: ${error.message}.`);
    return EXITS.damaged.code;
  }
  if (isSystemError(error)) {
    tell(`${name} failed: ${error.message}.`);
    return EXITS[name === 'inspect' ? 'noInput' : 'dataNotWritable'].code;
  }
  tell(`${name} met a fault: ${(error as Error | null)?.stack ?? String(error)}`);
  return EXITS.internalFault.code;
}

/** LMDB found a page that is none, or one that is not there. */
function isDamage(error: unknown): error is Error {
  const { code } = Object(error) as { readonly code?: unknown };
  return error instanceof Error && typeof code === 'number' && LMDB_DAMAGE.has(code);
}

/** A file that cannot be read or written, a full disk: of the system's making, with its reason in the message. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}

function tell(message: string): void {
  const lines = message.split('\n').map((line) => formatText(line));
  try {
    writeSync(2, `millrace-broker: ${lines.join('\n')}\n`);
  } catch {
    // Nobody listens.
  }
}
