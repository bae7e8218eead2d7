// npm run scenario: one scenario, the list of them, and the looks before and behind. Exit code 0: proven; 1: not proven, or
// not played to its end; 2: wrong arguments.

import { interruption } from '@millrace/harness';
import { SCENARIOS } from '../plays/table.ts';
import type { Scenario, Via } from '../stage/scenario.ts';
import { addLooks, commandLine, run, viaOption } from './command-line.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { playScenario } from './play-scenario.ts';
import { headingOf, listOf, textOf } from './text.ts';

interface PlayFlags {
  readonly via: Via;
  readonly json: boolean;
  readonly keep: boolean;
  readonly spoil: boolean;
}

const program = commandLine(
  'scenario',
  'Shows and proves, on a real server, how a queue behaves when things go wrong.',
);
let code: ExitCode = EXIT.proven;

program
  .command('list')
  .description('List the scenarios.')
  .option('--json', 'print one JSON array', false)
  .action(({ json }: { json: boolean }) => {
    console.log(json ? JSON.stringify(SCENARIOS.map(listed), null, 2) : listOf(SCENARIOS));
  });

for (const scenario of SCENARIOS) {
  program
    .command(scenario.name)
    .summary(scenario.title)
    .description(`${scenario.claim}\n\nSpoiled: ${scenario.spoil}.`)
    .option('--json', 'print one JSON object and nothing else', false)
    .addOption(viaOption(scenario.via))
    .option('--keep', 'keep its data, and print where', false)
    .option('--spoil', 'makes the claim false on purpose: exit code 1', false)
    .action(async (flags: PlayFlags) => {
      code = (await play(scenario, flags)) ? EXIT.proven : EXIT.failed;
    });
}
addLooks(program, (isWell) => {
  code = isWell ? EXIT.proven : EXIT.failed;
});

async function play(scenario: Scenario, { via, json, keep, spoil }: PlayFlags): Promise<boolean> {
  if (!json) console.log(headingOf(scenario, via));
  const result = await playScenario(scenario, {
    via,
    isSpoiled: spoil,
    isKept: keep,
    isQuiet: json,
    signal: interruption(() => EXIT.failed).signal,
  });
  console.log(json ? JSON.stringify(result, null, 2) : textOf(result));
  return result.ok;
}

function listed({ name, title, claim, speed, via, spoil }: Scenario) {
  return { name, title, claim, speed, via, spoil };
}

process.exitCode = (await run(program)) ?? code;
