// What must hold of the end of each message: acknowledged because somebody said so, or dead with exactly one letter and a
// reason that fits; and the counters are the truth. [I3, I6, L-18, L-22, L-35]

import type { SettledGroup } from './check.ts';
import { at, isDone, mayStand, type Story } from './deliveries.ts';

export function checkLetters(group: SettledGroup): string[] {
  const found: string[] = [];
  for (const [place, letters] of group.letters) {
    const [letter] = letters;
    if (letter === undefined) continue;
    const fault = (what: string) => found.push(`${group.name} ${letter.p}/${letter.o} ${what}`);
    const record = group.records.get(place);
    if (letters.length > 1) fault(`has ${letters.length} letters`);
    if (record?.id !== letter.id) fault(`has the letter of ${letter.id}`);
    if (!group.dead.has(place)) fault('has a letter and is not dead');
    if (letter.reason === 'exhausted' && letter.deliveries !== group.maxDeliveries)
      fault(`died of ${letter.deliveries} deliveries of ${group.maxDeliveries}`);
    const isKnown = letter.reason === 'exhausted' || letter.reason === 'rejected';
    if (!isKnown) fault(`died of ${letter.reason}`);
  }
  for (const place of group.dead) {
    if (!group.letters.has(place)) found.push(`${group.name} ${place} is dead without a letter`);
  }
  for (const [place, record] of group.records) {
    const story = group.stories.get(place);
    const reason = group.letters.get(place)?.[0]?.reason;
    for (const fault of endFaults(story, reason, group.maxDeliveries)) {
      found.push(`${group.name} ${record.id} ${fault}`);
    }
  }
  return found;
}

/** What is left of a share group that has worked off everything. */
const NOTHING = {
  fresh: 0,
  ready: 0,
  scheduled: 0,
  leased: 0,
  parked: 0,
  blocked: 0,
  removed: 0,
  purged: 0,
  skipped: 0,
} as const;

/** How a message ended against what was said of it. */
function endFaults(
  story: Story | undefined,
  reason: string | undefined,
  maxDeliveries: number,
): string[] {
  const found: string[] = [];
  const said = story?.said ?? [];
  const mayBe = (kind: string) => said.some((one) => one.kind === kind && mayStand(one));
  const isSaid = (kind: string) => said.some((one) => one.kind === kind && isDone(one));
  if (reason === undefined && !mayBe('accept')) found.push('was accepted by nobody, and is gone');
  if (reason === 'rejected' && !mayBe('reject')) found.push('was rejected by nobody, and is dead');
  if (reason !== undefined && isSaid('accept')) found.push('was accepted, and is dead');
  if (reason !== 'rejected' && isSaid('reject')) found.push('was rejected, and is not so');
  const last = story?.given.find(({ n }) => n === maxDeliveries);
  const isExhausted = said.some(
    (one) => one.kind === 'release' && isDone(one) && one.token === last?.token,
  );
  if (isExhausted && reason !== 'exhausted')
    found.push(`failed ${maxDeliveries} times, and is not exhausted`);
  return found;
}

/** In the end everything is acknowledged or dead, and the counters say how much. */
export function checkCounters(group: SettledGroup): string[] {
  const found: string[] = [];
  for (const { partition, oldestUnresolvedMs, ...counters } of group.counters) {
    const isHere = (place: number) => place >= at(partition, 0) && place < at(partition + 1, 0);
    const records = [...group.records.keys()].filter(isHere).length;
    const dead = [...group.letters.keys()].filter(isHere).length;
    const truth = { ...NOTHING, cursor: records, acknowledged: records - dead, dead };
    for (const [name, count] of Object.entries(truth)) {
      const told = counters[name as keyof typeof truth];
      if (told === count) continue;
      found.push(`${group.name} partition ${partition}: ${name} is ${told}, not ${count}`);
    }
    if (oldestUnresolvedMs !== null)
      found.push(`${group.name} partition ${partition}: something is unresolved`);
  }
  return found;
}
