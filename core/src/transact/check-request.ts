// What a transaction must not ask for, whatever the state: too much for one turn, or two things about one message, one
// offset or one effect, of which the second could not be carried out as it stands.

import { LIMITS, type RequestOf } from '@millrace/protocol';
import { type Refused, refuse } from '../decision.ts';
import { checkKeyText } from '../expiries/check-key-text.ts';
import { checkAcknowledgeSize } from '../share/check-acknowledge-size.ts';

type Request = RequestOf<'Transact'>;

/** Refused with INVALID_REQUEST or LIMIT_EXCEEDED. [L-102] [L-103] */
export function checkRequest(request: Request): Refused | undefined {
  return (
    checkKeyText(request.transactionId, 'transactionId') ??
    tooMany(request) ??
    tooManyChanged(request) ??
    overlapping(request) ??
    named('offsets', offsetNames(request)) ??
    named('effects', effectNames(request))
  );
}

function tooMany({ acknowledgements, offsets }: Request): Refused | undefined {
  const items = acknowledgements.flatMap((part) => part.items);
  const max = LIMITS.transactionItemsMax;
  for (const [field, count] of [
    ['acknowledgements', items.length],
    ['offsets', offsets.reduce((sum, part) => sum + part.offsets.length, 0)],
  ] as const) {
    if (count <= max) continue;
    const message = `The ${field} have ${count} items; in a transaction they have at most ${max}.`;
    return refuse('LIMIT_EXCEEDED', message, { field, limit: `${max} items` });
  }
  const refused = checkAcknowledgeSize(items);
  if (refused === undefined) return undefined;
  const { code, message, detail } = refused.error;
  return refuse(code, message, { ...detail, field: 'acknowledgements' });
}

/** Each may have to be looked up, and copied, in the same turn. [L-108] */
function tooManyChanged({ changes }: Request): Refused | undefined {
  let offsets = 0;
  for (const { firstOffset, lastOffset } of changes ?? []) {
    offsets += Math.max(1, lastOffset - firstOffset + 1);
  }
  const max = LIMITS.transactionChangesMax;
  if (offsets <= max) return undefined;
  const message = `The changes name ${offsets} messages; in a transaction they name at most ${max}.`;
  return refuse('LIMIT_EXCEEDED', message, { field: 'changes', limit: `${max} messages` });
}

interface Range {
  readonly field: string;
  readonly first: number;
  readonly last: number;
}

interface Named {
  readonly topicId: number;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** Items and changes about one message, of one group: an inverted range is found later, by who carries it out. */
function overlapping({ acknowledgements, changes }: Request): Refused | undefined {
  const places = new Map<string, Range[]>();
  const add = (field: string, group: string, range: Named): void => {
    const { topicId, partition, firstOffset: first, lastOffset: last } = range;
    if (first > last) return;
    const place = `${topicId}/${partition}/${group}`;
    const ranges = places.get(place) ?? [];
    ranges.push({ field, first, last });
    places.set(place, ranges);
  };
  acknowledgements.forEach(({ group, items }, at) => {
    for (const [i, item] of items.entries()) {
      add(`acknowledgements[${at}].items[${i}]`, group, item);
    }
  });
  for (const [at, change] of (changes ?? []).entries()) {
    add(`changes[${at}]`, change.group, change);
  }
  for (const ranges of places.values()) {
    let before: Range | undefined;
    for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
      if (before !== undefined && range.first <= before.last) {
        const message = `${range.field} is about messages that ${before.field} is about too.`;
        return refuse('INVALID_REQUEST', message, { field: range.field });
      }
      before = range;
    }
  }
  return undefined;
}

type Name = readonly [field: string, name: string];

function offsetNames({ offsets }: Request): readonly Name[] {
  return offsets.flatMap(({ group, offsets: items }, at) =>
    items.map(({ topicId, partition }, i): Name => {
      return [`offsets[${at}].offsets[${i}]`, `${topicId}/${partition}/${group}`];
    }),
  );
}

function effectNames({ effects }: Request): readonly Name[] {
  return effects.map(({ group, key }, at): Name => [`effects[${at}]`, `${group}/${key}`]);
}

/** Group names have no slash: two names are the same only where all parts are. */
function named(what: string, names: readonly Name[]): Refused | undefined {
  const seen = new Set<string>();
  for (const [field, name] of names) {
    if (seen.has(name)) {
      return refuse('INVALID_REQUEST', `${field} is named twice in the ${what}.`, { field });
    }
    seen.add(name);
  }
  return undefined;
}
