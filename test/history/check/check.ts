// A history and the truth at its end against everything that must hold of them. What it finds is in words.

import type { PartitionCounters } from '@millrace/client';
import { compareAmounts } from '../../crash/transform-check.ts';
import {
  FEED,
  JOBS,
  MAX_DELIVERIES,
  SHARE_GROUPS,
  type ShareGroup,
  VISIBILITY_MS,
} from '../clients/names.mjs';
import type { History } from '../history.ts';
import { type Letter, letterTopic, type Truth } from '../truth.ts';
import {
  at,
  type Given,
  mayStand,
  type Record,
  recordsOf,
  type Story,
  storiesOf,
} from './deliveries.ts';
import { checkLeases } from './leases.ts';
import { checkCounters, checkLetters } from './letters.ts';
import { checkLog } from './log.ts';
import { checkOrder } from './order.ts';
import { checkReaders } from './readers.ts';

/** All that is known of a share group once everything is resolved. */
export class SettledGroup {
  readonly name: string;
  readonly ordering: ShareGroup['ordering'];
  readonly maxDeliveries = MAX_DELIVERIES;
  readonly visibilityMs = VISIBILITY_MS;
  readonly stories: ReadonlyMap<number, Story>;
  readonly records: ReadonlyMap<number, Record>;
  /** Source -> letters of it. */
  readonly letters: ReadonlyMap<number, readonly (Letter & { readonly id: string })[]>;
  readonly dead: ReadonlySet<number>;
  readonly counters: readonly PartitionCounters[];
  /** Partition and key -> stories of its messages. */
  readonly #ofKey = new Map<string, Story[]>();

  constructor({ name, ordering }: ShareGroup, history: History, truth: Truth) {
    this.name = name;
    this.ordering = ordering;
    this.stories = storiesOf(history, name);
    this.records = recordsOf(truth, JOBS.topic);
    const letters = new Map<number, (Letter & { readonly id: string })[]>();
    for (const { topic, letter, value } of truth.records) {
      if (topic !== letterTopic(name) || letter === undefined) continue;
      const place = at(letter.p, letter.o);
      letters.set(place, [...(letters.get(place) ?? []), { ...letter, id: value.id ?? '' }]);
    }
    this.letters = letters;
    this.dead = new Set(
      truth.dead.flatMap((one) => (one.group === name ? [at(one.p, one.o)] : [])),
    );
    this.counters = truth.counters.flatMap(({ group, ...one }) => (group === name ? [one] : []));
    if (ordering !== 'key') return;
    for (const story of this.stories.values()) {
      const key = this.#keyOf(story);
      if (key === undefined) continue;
      const found = this.#ofKey.get(key) ?? [];
      found.push(story);
      this.#ofKey.set(key, found);
    }
  }

  /** With order by key a message goes back when an earlier one of its key fails. */
  mayBeGivenBack(story: Story, before: Given, next: Given): boolean {
    return this.#earlier(story).some(({ said }) =>
      said.some(
        (one) =>
          one.kind !== 'accept' &&
          one.kind !== 'extend' &&
          mayStand(one) &&
          one.end > before.by.start &&
          one.start < next.by.end,
      ),
    );
  }

  /** So does its count, also where the earlier one fails by time; both came by one receive. */
  mayBeCountedBack(story: Story, { by }: Given): boolean {
    return this.#earlier(story).some(({ given }) => given.some((one) => one.by === by));
  }

  #earlier(story: Story): readonly Story[] {
    const key = this.#keyOf(story);
    if (this.ordering !== 'key' || key === undefined) return [];
    return (this.#ofKey.get(key) ?? []).filter(({ o }) => o < story.o);
  }

  #keyOf({ p, o }: Story): string | undefined {
    const key = this.records.get(at(p, o))?.key;
    return key === null || key === undefined ? undefined : `${p}/${key}`;
  }
}

export function checkHistory(history: History, truth: Truth): string[] {
  const found = [...history.unexpected];
  for (const { topic } of [JOBS, FEED]) found.push(...checkLog(history, truth, topic));
  for (const shareGroup of SHARE_GROUPS) {
    const group = new SettledGroup(shareGroup, history, truth);
    found.push(...checkLeases(group), ...checkLetters(group), ...checkCounters(group));
    if (group.ordering === 'key') found.push(...checkOrder(group));
  }
  found.push(...checkReaders(history, truth, FEED.topic), ...checkTransforms(truth));
  return found;
}

/** Every input has led to exactly one output, and every third one to another. */
function checkTransforms(truth: Truth): string[] {
  const amounts = (topic: string) => {
    const found = new Map<string, { amount: number }[]>();
    for (const { topic: of, p, o, value } of truth.records) {
      if (of !== topic) continue;
      const from = value.from ?? `${p}/${o}`;
      found.set(from, [...(found.get(from) ?? []), { amount: value.amount ?? 0 }]);
    }
    return found;
  };
  const inputs = amounts(FEED.topic);
  return [
    ...compareAmounts(inputs, amounts('out'), () => true),
    ...compareAmounts(inputs, amounts('thirds'), (amount) => amount % 3 === 0),
  ];
}
