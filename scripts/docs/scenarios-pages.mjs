// What the pages of docs/scenarios take from the tables: the list of scenarios, what is said of each on top of its page, and
// the knobs of worker and producer.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { knobRows } from '../../scenarios/dist/knobs/parse-knobs.js';
import { SCENARIOS } from '../../scenarios/dist/plays/table.js';
import { PRODUCER_KNOBS } from '../../scenarios/dist/producer/knobs.js';
import { WORKER_KNOBS } from '../../scenarios/dist/worker/knobs.js';
import { ROOT } from '../workspace.mjs';
import { code, table } from './markdown.mjs';

const INDEX = 'docs/scenarios/index.md';
const KNOBS = 'docs/scenarios/knobs.md';

/** Every page with a part from a table, for the generator. */
export function scenarioPages() {
  return [
    { path: INDEX, render: () => filled(INDEX, 'scenarios', scenarioTable()) },
    { path: KNOBS, render: renderKnobs },
    ...SCENARIOS.map((scenario) => ({
      path: pageOf(scenario),
      render: () => filled(pageOf(scenario), `scenario ${scenario.name}`, headOf(scenario)),
    })),
  ];
}

/** @param {{ name: string }} scenario */
function pageOf({ name }) {
  return `docs/scenarios/${name}.md`;
}

/**
 * The page with what stands between `<!-- from the table: NAME -->` and `<!-- end of it -->` replaced.
 *
 * @param {string} path
 * @param {string} name
 * @param {string} text
 */
function filled(path, name, text) {
  const page = readFileSync(join(ROOT, path), 'utf8');
  const [begin, end] = [`<!-- from the table: ${name} -->`, '<!-- end of it -->'];
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${path}: there is no ${begin} ... ${end}`);
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}

function scenarioTable() {
  const rows = SCENARIOS.map(({ name, title, claim, speed }) => [
    `[${title}](${name}.md)`,
    code(name),
    speed,
    claim,
  ]);
  return table(['scenario', 'name', '', 'what is proved'], rows);
}

/** @param {(typeof SCENARIOS)[number]} scenario */
function headOf({ name, claim, speed, via, spoil }) {
  const ways = via.includes('sqs') ? ' With `--via sqs` it goes over the SQS API.' : '';
  return `**${claim}**

- \`npm run scenario -- ${name}\` proves it; it is one of the ${speed} ones.${ways}
- With \`--spoil\` it is not proven: ${spoil}.`;
}

/** docs/scenarios/knobs.md, whole. */
function renderKnobs() {
  return `# Knobs of worker and producer

<!-- Generated from scenarios/src/worker/knobs.ts and scenarios/src/producer/knobs.ts by \`npm run docs\`. -->

The scenarios are played by two programs that can be run by hand too, against any broker or gateway, several at a time:
\`node scenarios/dist/worker/main.js\` and \`node scenarios/dist/producer/main.js\`. Every knob is a flag and a variable of the
environment; the flag wins, and a value out of its range is refused by name with exit code 2. \`--help\` prints what is below,
\`--print-knobs\` what the knobs would be. Both print their [events](index.md#events) on standard output, a line of JSON each, and
what is for people on standard error.

## Worker

${knobRows(WORKER_KNOBS)}

## Producer

${knobRows(PRODUCER_KNOBS)}
`;
}
