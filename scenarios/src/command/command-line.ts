// What the two commands have in common: how they refuse, which ways there are, and the looks `preflight` and `validate`.

import { Command, CommanderError, Option } from 'commander';
import { VIAS, type Via } from '../stage/scenario.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { preflight } from './preflight.ts';
import { type Finding, findingText } from './text.ts';
import { validate } from './validate.ts';

export function commandLine(name: string, about: string): Command {
  return new Command(name)
    .description(about)
    .usage('<command> [options]')
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('(--help says what there is)');
}

export function viaOption(vias: readonly Via[], more: readonly string[] = []): Option {
  return new Option('--via <way>', 'how queues are made and worked on')
    .choices([...vias, ...more])
    .default(vias.includes('native') ? VIAS[0] : vias[0]);
}

/** `preflight` and `validate`. */
export function addLooks(program: Command, done: (isWell: boolean) => void): void {
  program
    .command('preflight')
    .description(
      'Look whether this machine can play scenarios: Node, build, ports, disk, modules, server, SDK.',
    )
    .option('--json', 'print one JSON object and nothing else', false)
    .action(async ({ json }: { json: boolean }) => done(await tell(preflight(), json)));
  program
    .command('validate')
    .description(
      'Check the scenarios themselves: table, pages, knobs, and that every check can fail.',
    )
    .option('--json', 'print one JSON object and nothing else', false)
    .option('--spoil', 'play the fast ones spoiled, too: each has to fail', false)
    .action(async ({ json, spoil }: { json: boolean; spoil: boolean }) =>
      done(await tell(validate(spoil), json)),
    );
}

/** Prints each as it is found; true where all are well. */
async function tell(findings: AsyncIterable<Finding>, isJson: boolean): Promise<boolean> {
  const all: Finding[] = [];
  for await (const finding of findings) {
    all.push(finding);
    if (!isJson) console.log(findingText(finding));
  }
  const ok = all.every((finding) => finding.ok);
  if (isJson) console.log(JSON.stringify({ ok, findings: all }, null, 2));
  return ok;
}

/** Undefined where the command was carried out. */
export async function run(program: Command): Promise<ExitCode | undefined> {
  // The subcommands were made before: each refuses as the program does.
  for (const command of program.commands) command.exitOverride();
  process.stdout.on('error', endUnread);
  try {
    await program.parseAsync();
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.proven : EXIT.usage;
  }
}

/** Nobody reads any more, as behind `| head`. What was started ends with this process. */
function endUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.failed);
}
