// What a broker holds at the end of a history: the records of its topics, the counters of its share groups, the offsets of
// its consumer groups. It is looked at through a client and kept as lines beside the diaries.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client, PartitionCounters } from '@millrace/client';
import { DEAD_LETTER_HEADERS } from '@millrace/protocol';
import { FEED, JOBS, OUTPUTS, READERS_GROUP, SHARE_GROUPS } from './clients/names.mjs';
import { readLines } from './history.ts';

/** Of a dead letter: where it came from and why. */
export interface Letter {
  readonly p: number;
  readonly o: number;
  readonly reason: string;
  readonly deliveries: number;
}

export interface TruthRecord {
  readonly topic: string;
  readonly p: number;
  readonly o: number;
  readonly key: string | null;
  readonly value: { readonly id?: string; readonly amount?: number; readonly from?: string };
  readonly letter?: Letter;
}

export interface Truth {
  readonly records: readonly TruthRecord[];
  readonly counters: readonly (PartitionCounters & { readonly group: string })[];
  /** Messages that a share group says are dead. */
  readonly dead: readonly { readonly group: string; readonly p: number; readonly o: number }[];
  /** Dead letters that a redrive was to resolve and nobody has: none where there was no redrive. */
  readonly lettersLeft: readonly { readonly group: string; readonly letters: number }[];
  /** Of the group of readers. */
  readonly committed: readonly { readonly partition: number; readonly offset: number }[];
}

const FILE = 'truth.jsonl';

export function letterTopic(group: string): string {
  return `${group}.dlq`;
}

export async function observeTruth(client: Client): Promise<Truth> {
  const records: TruthRecord[] = [];
  const topics = [JOBS, FEED, ...OUTPUTS].map(({ topic }) => topic);
  for (const topic of topics) records.push(...(await readAll(client, topic)));
  const counters: Truth['counters'][number][] = [];
  const dead: Truth['dead'][number][] = [];
  for (const { name: group } of SHARE_GROUPS) {
    records.push(...(await readAll(client, letterTopic(group))));
    const { partitions } = await client.admin.counters(group);
    for (const one of partitions) counters.push({ ...one, group });
    for await (const range of client.admin.listMessages({ group, state: 'dead' })) {
      for (let o = range.firstOffset; o <= range.lastOffset; o += 1) {
        dead.push({ group, p: range.partition, o });
      }
    }
  }
  const committed = await client.admin.groupOffsets(READERS_GROUP);
  const lettersLeft = await observeLetters(client);
  return { records, counters, dead, lettersLeft, committed };
}

async function observeLetters({ admin }: Client): Promise<{ group: string; letters: number }[]> {
  const left: { group: string; letters: number }[] = [];
  const tasks = await admin.tasks();
  for (const { name } of SHARE_GROUPS) {
    const task = tasks.find(({ topic }) => topic === letterTopic(name));
    if (task === undefined) continue;
    const { totals } = await admin.counters(task.group);
    const { fresh, ready, scheduled, leased, parked, blocked } = totals;
    const letters = fresh + ready + scheduled + leased + parked + blocked;
    left.push({ group: name, letters });
  }
  return left;
}

async function readAll(client: Client, topic: string): Promise<TruthRecord[]> {
  const { partitions } = await client.admin.describeTopic(topic);
  const total = partitions.reduce((sum, one) => sum + one.endOffset - one.startOffset, 0);
  const found: TruthRecord[] = [];
  if (total === 0) return found;
  const consumer = client.consumer<TruthRecord['value']>({ topics: topic });
  for await (const message of consumer) {
    const { partition: p, offset: o, key } = message;
    const { id, amount, from } = message.value;
    const value = { ...(id && { id }), ...(amount && { amount }), ...(from && { from }) };
    const letter = letterOf((name) => message.header(name));
    found.push({ topic, p, o, key, value, ...(letter && { letter }) });
    if (found.length === total) break;
  }
  await consumer.close();
  return found;
}

function letterOf(header: (name: string) => string | undefined): Letter | undefined {
  const { partition, offset, reason, deliveries } = DEAD_LETTER_HEADERS;
  const why = header(reason);
  if (why === undefined) return undefined;
  const p = Number(header(partition));
  return { p, o: Number(header(offset)), reason: why, deliveries: Number(header(deliveries)) };
}

export function writeTruth(directory: string, { records, ...rest }: Truth): void {
  const lines = [rest, ...records].map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(join(directory, FILE), lines.join(''));
}

export function readTruth(directory: string): Truth {
  const [rest, ...records] = readLines<Truth | TruthRecord>(join(directory, FILE));
  return { ...(rest as Truth), records: records as TruthRecord[] };
}
