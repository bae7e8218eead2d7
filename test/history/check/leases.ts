// What must hold of the leases of a share group: no invented message, one live lease at a time, tokens and delivery counts
// that grow, nothing after the last word, no delivery beyond the limit. [L-4, L-8, L-11, L-13, L-18]

import type { SettledGroup } from './check.ts';
import { at, type Given, isDone, mayStand, type Record, type Story } from './deliveries.ts';

const ENDERS: ReadonlySet<string> = new Set(['release', 'return', 'reject']);
const LAST_WORDS: ReadonlySet<string> = new Set(['accept', 'reject']);

export function checkLeases(group: SettledGroup): string[] {
  const found: string[] = [];
  for (const story of group.stories.values()) {
    const fault = (what: string) => found.push(`${group.name} ${story.p}/${story.o} ${what}`);
    const record = group.records.get(at(story.p, story.o));
    for (const one of story.given) checkOne(one, record, group.maxDeliveries, fault);
    story.given.forEach((one, i) => {
      const before = story.given[i - 1];
      if (before !== undefined) checkPair(before, one, story, group, fault);
    });
    checkLastWord(story, fault);
  }
  return found;
}

type Fault = (what: string) => void;

function checkOne(
  { id, n }: Given,
  record: Record | undefined,
  maxDeliveries: number,
  fault: Fault,
): void {
  if (record === undefined) fault(`was delivered as ${id}, but is not in the log`);
  else if (record.id !== id) fault(`was delivered as ${id}, but is ${record.id}`);
  if (n > maxDeliveries) fault(`was delivered with count ${n} of ${maxDeliveries}`);
}

/** One delivery and the next one that somebody saw. */
function checkPair(
  before: Given,
  next: Given,
  story: Story,
  group: SettledGroup,
  fault: Fault,
): void {
  if (before.token === next.token) {
    fault(`was given twice under token ${next.token}`);
    return;
  }
  const said = story.said.filter((one) => one.token === before.token && mayStand(one));
  const grantedMs = next.until - group.visibilityMs;
  const isEnded = () =>
    said.some(({ kind, start }) => ENDERS.has(kind) && start < next.by.end) ||
    group.mayBeGivenBack(story, before, next);
  const extended = group.ordering === 'key' ? [] : said.filter((one) => one.kind === 'extend');
  const untilMs = Math.max(before.until, ...extended.filter(isDone).map(({ until }) => until));
  if (grantedMs < untilMs && !isEnded())
    fault(`was leased at ${grantedMs} while a lease lasted until ${untilMs}`);
  const isReturned = said.some(({ kind }) => kind === 'return');
  const least = before.n + (isReturned ? 0 : 1);
  if (next.n < least && !group.mayBeCountedBack(story, before))
    fault(`came with count ${next.n} after ${before.n}`);
}

/** What was accepted or rejected for sure is so once, and is never delivered again. */
function checkLastWord({ given, said }: Story, fault: Fault): void {
  const words = said.filter((one) => LAST_WORDS.has(one.kind) && isDone(one));
  const [word] = words;
  if (word === undefined) return;
  if (words.length > 1) fault(`was resolved ${words.length} times`);
  const later = given.find(({ token, by }) => token > word.token || by.start > word.end);
  if (later !== undefined)
    fault(`was delivered (token ${later.token}) after its ${word.kind} (${word.token})`);
}
