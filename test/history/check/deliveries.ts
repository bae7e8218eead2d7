// A history by message: who was given it, and what was said of it. It judges nothing.

import type { Delivery, History, Receive, Statement } from '../history.ts';
import type { Truth } from '../truth.ts';

export interface Given extends Delivery {
  readonly by: Receive;
}

/** What happened to one message in one share group. */
export interface Story {
  readonly p: number;
  readonly o: number;
  /** In the order of their tokens. */
  readonly given: Given[];
  readonly said: Statement[];
}

export interface Record {
  readonly id: string;
  readonly key: string | null;
}

const PARTITION = 1e9;

/** A number for a place in one topic. */
export function at(p: number, o: number): number {
  return p * PARTITION + o;
}

export function storiesOf(history: History, group: string): Map<number, Story> {
  const stories = new Map<number, Story>();
  const story = (p: number, o: number) => {
    const found = stories.get(at(p, o)) ?? { p, o, given: [], said: [] };
    stories.set(at(p, o), found);
    return found;
  };
  for (const by of history.receives) {
    if (by.group !== group) continue;
    for (const one of by.messages) story(one.p, one.o).given.push({ ...one, by });
  }
  for (const one of history.statements) {
    if (one.group === group) story(one.p, one.o).said.push(one);
  }
  for (const { given } of stories.values()) given.sort((one, other) => one.token - other.token);
  return stories;
}

/** The records of a topic by place. */
export function recordsOf(truth: Truth, topic: string): Map<number, Record> {
  const records = new Map<number, Record>();
  for (const { topic: of, p, o, value, key } of truth.records) {
    if (of === topic) records.set(at(p, o), { id: value.id ?? '', key });
  }
  return records;
}

/** It may have been done. */
export function mayStand({ outcome }: Statement): boolean {
  return outcome !== 'refused';
}

export function isDone({ outcome }: Statement): boolean {
  return outcome === 'done';
}
