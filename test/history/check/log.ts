// What must hold of a log, in the manner of Jepsen's Kafka workload: nothing lost, nothing invented, nothing twice, no gaps,
// and what one producer sends after an answer lies behind what was answered.

import type { History, Send } from '../history.ts';
import type { Truth } from '../truth.ts';

interface Place {
  readonly p: number;
  readonly o: number;
}

export function checkLog(history: History, truth: Truth, topic: string): string[] {
  const found: string[] = [];
  const where = placesOf(truth, topic, found);
  const sends = history.sends.filter((send) => send.topic === topic);
  const sent = new Set(sends.flatMap(({ ids }) => ids));
  for (const [id, { p, o }] of where) {
    if (!sent.has(id)) found.push(`${topic} ${p}/${o} holds ${id}, which nobody sent`);
  }
  for (const send of sends) found.push(...checkSend(send, where));
  for (const ofOne of byDiary(sends).values()) found.push(...checkSequence(ofOne, topic));
  return found;
}

/** Id -> its place. */
function placesOf(truth: Truth, topic: string, found: string[]): Map<string, Place> {
  const where = new Map<string, Place>();
  const next = new Map<number, number>();
  for (const { topic: of, p, o, value } of truth.records) {
    if (of !== topic) continue;
    const expected = next.get(p) ?? 0;
    if (o !== expected) found.push(`${topic} ${p}/${o} was read where ${expected} should be`);
    next.set(p, o + 1);
    const id = value.id ?? '';
    const other = where.get(id);
    if (other !== undefined)
      found.push(`${topic} ${p}/${o} holds ${id}, as ${other.p}/${other.o} does`);
    where.set(id, { p, o });
  }
  return where;
}

function checkSend(send: Send, where: ReadonlyMap<string, Place>): string[] {
  const found: string[] = [];
  const { topic, ids, offsets, partitions, outcome } = send;
  for (const [i, id] of ids.entries()) {
    const place = where.get(id);
    const o = offsets[i] ?? -1;
    if (outcome === 'refused' && place !== undefined)
      found.push(`${topic} holds ${id}, which was refused`);
    if (o < 0) continue;
    const told = `${partitions[i]}/${o}`;
    if (place === undefined) found.push(`${topic} ${told} was acknowledged as ${id} and is lost`);
    else if (`${place.p}/${place.o}` !== told)
      found.push(`${topic} ${told} was acknowledged as ${id}, which is at ${place.p}/${place.o}`);
  }
  return found;
}

function byDiary(sends: readonly Send[]): Map<string, Send[]> {
  const diaries = new Map<string, Send[]>();
  for (const send of sends) {
    const found = diaries.get(send.diary) ?? [];
    found.push(send);
    diaries.set(send.diary, found);
  }
  return diaries;
}

/** In the order of their answers each send lies behind all that were answered before it began. */
function checkSequence(sends: readonly Send[], topic: string): string[] {
  const found: string[] = [];
  const events = sends
    .flatMap((send) => [
      { at: send.start, begins: true, send },
      { at: send.end, begins: false, send },
    ])
    .toSorted((one, other) => one.at - other.at || Number(one.begins) - Number(other.begins));
  const highest = new Map<number, number>();
  const bounds = new Map<Send, ReadonlyMap<number, number>>();
  for (const { begins, send } of events) {
    if (begins) {
      bounds.set(send, new Map(highest));
      continue;
    }
    const last = new Map(bounds.get(send));
    for (const [i, o] of send.offsets.entries()) {
      const p = send.partitions[i] ?? -1;
      if (o < 0) continue;
      if (o <= (last.get(p) ?? -1))
        found.push(`${topic} ${p}/${o} (${send.ids[i]}) lies before what was answered earlier`);
      last.set(p, o);
      highest.set(p, Math.max(highest.get(p) ?? -1, o));
    }
  }
  return found;
}
