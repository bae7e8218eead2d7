// Checks of the scenarios themselves, without playing them; only with `spoil` the fast ones are played, spoiled, and each
// has to fail: a check that cannot is worthless.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interruption } from '@millrace/harness';
import { SCENARIOS } from '../plays/table.ts';
import type { Scenario } from '../stage/scenario.ts';
import { EXIT } from './exit.ts';
import { finding } from './finding.ts';
import { playScenario } from './play-scenario.ts';
import type { Finding } from './text.ts';
import { validateKnobs } from './validate-knobs.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PLAYS = join(ROOT, 'scenarios/src/plays');
const PAGES = join(ROOT, 'docs/scenarios');

export async function* validate(isSpoiling: boolean): AsyncGenerator<Finding> {
  yield await finding('the table is whole', async () => wholeTable());
  for (const scenario of SCENARIOS) {
    yield await finding(`${scenario.name} is described`, async () => described(scenario));
    yield await finding(`${scenario.name} can be spoiled`, async () => spoilable(scenario));
  }
  yield* validateKnobs(join(PAGES, 'knobs.md'));
  if (!isSpoiling) return;
  const signal = interruption(() => EXIT.failed).signal;
  for (const scenario of SCENARIOS.filter(({ speed }) => speed === 'fast'))
    yield await finding(`${scenario.name}, spoiled, is not proven`, () =>
      failsSpoiled(scenario, signal),
    );
}

/** Names are unique, each has its file, and each file with a scenario is in the table. */
function wholeTable(): string {
  const names = SCENARIOS.map(({ name }) => name);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  if (twice.length > 0) throw new Error(`there twice: ${twice.join(', ')}`);
  const files = readdirSync(PLAYS)
    .filter((file) => /: Scenario = \{/.test(readFileSync(join(PLAYS, file), 'utf8')))
    .map((file) => file.replace(/\.ts$/, ''));
  const apart = [
    ...names.filter((name) => !files.includes(name)).map((name) => `${name} has no file`),
    ...files.filter((file) => !names.includes(file)).map((file) => `${file}.ts is not in it`),
  ];
  if (apart.length > 0) throw new Error(apart.join('; '));
  return `${names.length} scenarios, each in a file of its name`;
}

function described({ name, claim, title }: Scenario): string {
  if (title === '' || !claim.endsWith('.'))
    throw new Error('its title or its claim is no sentence');
  const pages = existsSync(PAGES) ? readdirSync(PAGES).filter((file) => file.endsWith('.md')) : [];
  const command = new RegExp(`npm run scenario -- ${name}\\b`);
  const page = pages.find((file) => command.test(readFileSync(join(PAGES, file), 'utf8')));
  if (page === undefined)
    throw new Error(`no page in docs/scenarios says npm run scenario -- ${name}`);
  return `docs/scenarios/${page}`;
}

function spoilable({ name, spoil }: Scenario): string {
  if (spoil === '') throw new Error('nobody says how');
  if (!readFileSync(join(PLAYS, `${name}.ts`), 'utf8').includes('isSpoiled'))
    throw new Error('its play never asks whether it is spoiled');
  return spoil;
}

async function failsSpoiled(scenario: Scenario, signal: AbortSignal): Promise<string> {
  const [via = 'native'] = scenario.via;
  const options = { via, isSpoiled: true, isKept: false, isQuiet: true, signal };
  const { ok, checks, error } = await playScenario(scenario, options);
  if (ok) throw new Error('it was proven all the same');
  // What fails for another reason says nothing of its checks.
  if (error !== null) throw new Error(`it was not played to its end: ${error}`);
  const wrong = checks.filter(({ holds }) => !holds).map(({ claim }) => claim);
  return `wrong: ${wrong.join('; ')}`;
}
