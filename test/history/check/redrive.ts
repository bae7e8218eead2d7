// What must hold of a redrive that was let run to its end and worked off: every dead message was opened again once, in its
// group, with its count begun anew; none is lost, none came twice, and no letter is new. [L-116, L-117, L-120]

import { JOBS, type ShareGroup } from '../clients/names.mjs';
import type { History } from '../history.ts';
import { letterTopic, type Truth } from '../truth.ts';
import { at, recordsOf, storiesOf } from './deliveries.ts';

/** `history`: of those who worked off what came back. */
export function checkRedrive(
  { name }: ShareGroup,
  before: Truth,
  history: History,
  after: Truth,
): string[] {
  const found: string[] = [];
  const letters = (truth: Truth) =>
    truth.records.flatMap(({ topic, letter }) =>
      topic === letterTopic(name) && letter !== undefined ? [at(letter.p, letter.o)] : [],
    );
  const dead = letters(before);
  const stories = storiesOf(history, name);
  for (const place of dead) {
    const given = stories.get(place)?.given ?? [];
    if (given.length !== 1) found.push(`${name} ${place} came back ${given.length} times`);
    if (given.some(({ n }) => n !== 1)) found.push(`${name} ${place} came back with its old count`);
  }
  const known = new Set(dead);
  for (const place of stories.keys()) {
    if (!known.has(place)) found.push(`${name} ${place} came back, and was not dead`);
  }
  const left = letters(after).length;
  if (left !== dead.length) found.push(`${name} had ${dead.length} letters, and has ${left}`);
  const records = recordsOf(after, JOBS.topic).size;
  const counted = after.counters.filter(({ group }) => group === name);
  const acknowledged = counted.reduce((sum, one) => sum + one.acknowledged, 0);
  if (acknowledged !== records)
    found.push(`${name} has ${records} messages, of which ${acknowledged} are acknowledged`);
  for (const { group, letters: open } of after.lettersLeft) {
    if (group === name && open > 0)
      found.push(`${name} has ${open} letters that went back and stay`);
  }
  if (counted.some((one) => one.dead > 0)) found.push(`${name} counts dead messages`);
  return found;
}
