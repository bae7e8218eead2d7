// npm run scenarios: many scenarios, one after another, to the last of them whatever came of the others. Exit code 0: all
// proven; 1: some not; 2: wrong arguments.

import { interruption } from '@millrace/harness';
import { SCENARIOS } from '../plays/table.ts';
import { SPEEDS, type Speed, VIAS, type Via } from '../stage/scenario.ts';
import { addLooks, commandLine, run, viaOption } from './command-line.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { playScenario, type ScenarioResult } from './play-scenario.ts';
import { headingOf, summaryOf, textOf } from './text.ts';

type Vias = Via | 'both';

const program = commandLine('scenarios', 'Plays many scenarios, one after another.');
let code: ExitCode = EXIT.proven;

for (const which of [...SPEEDS, 'all'] as const) {
  program
    .command(which)
    .description(which === 'all' ? 'Play all scenarios.' : `Play the ${which} scenarios.`)
    .option('--json', 'print one JSON object and nothing else', false)
    .addOption(viaOption(VIAS, ['both']))
    .action(async ({ json, via }: { json: boolean; via: Vias }) => {
      code = (await playAll(which, via, json)) ? EXIT.proven : EXIT.failed;
    });
}
addLooks(program, (isWell) => {
  code = isWell ? EXIT.proven : EXIT.failed;
});

async function playAll(which: Speed | 'all', vias: Vias, isQuiet: boolean): Promise<boolean> {
  const signal = interruption(() => EXIT.failed).signal;
  const results: ScenarioResult[] = [];
  const plays = SCENARIOS.filter(({ speed }) => which === 'all' || speed === which).flatMap(
    (scenario) =>
      scenario.via
        .filter((via) => vias === 'both' || vias === via)
        .map((via) => ({ scenario, via })),
  );
  for (const { scenario, via } of plays) {
    if (signal.aborted) break;
    if (!isQuiet) console.log(headingOf(scenario, via));
    const result = await playScenario(scenario, {
      via,
      isSpoiled: false,
      isKept: false,
      isQuiet,
      signal,
    });
    if (!isQuiet) console.log(`${textOf(result)}\n`);
    results.push(result);
  }
  const ok = results.length === plays.length && results.every((result) => result.ok);
  const text = () => summaryOf(results, plays.length);
  console.log(isQuiet ? JSON.stringify({ ok, results }, null, 2) : text());
  return ok;
}

process.exitCode = (await run(program)) ?? code;
