// The list of decisions, newest first: each by its number and title, as its own page says it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../workspace.mjs';

const FOLDER = join(ROOT, 'docs/adr');

export function renderDecisions() {
  const rows = readdirSync(FOLDER)
    .filter((name) => /^\d{4}-.*\.md$/.test(name))
    .toSorted()
    .toReversed()
    .map((name) => {
      const [, title = ''] =
        /^# (?:(?:ADR )?\d+[:.]? )?(.+)$/m.exec(readFileSync(join(FOLDER, name), 'utf8')) ?? [];
      if (title === '') throw new Error(`docs/adr/${name} has no title`);
      return `- [${name.slice(0, 4)}](${name}) ${title}`;
    });
  return `# Decisions

A page each: what was decided, why, what was measured, what was rejected. They are not rewritten: a later one takes an earlier one's
place and says so. This list is made from the pages.

${rows.join('\n')}
`;
}
