// Opens a broker on what a power cut left, and holds it against what clients had been told: nothing that was acknowledged is
// missing, nothing was invented, nothing is half done, and it works.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, connect } from '@millrace/client';
import { defaultsOf, openLog } from '@millrace/options';
import { openBroker } from '../../../broker/src/broker.ts';
import { openData } from '../../../broker/src/offline/open-data.ts';
import { verify } from '../../../broker/src/offline/verify.ts';
import { OPTIONS } from '../../../broker/src/options/table.ts';
import type { Told } from './history.ts';
import { GROUP, PAIRS, READERS, TOPIC } from './places.ts';
import { verifyDeliveries, verifyLog, verifyQueue } from './verify.ts';

const DEFAULTS = defaultsOf(OPTIONS);
const OPEN = { ...DEFAULTS, host: '127.0.0.1', port: 0, adminPort: 0, leaseRestartGrace: 0 };
const { log } = openLog({ level: 'silent', format: 'json', sink: { write: () => undefined } });
const QUIET = {
  isJson: true,
  line: () => undefined,
  answer: () => undefined,
  progress: () => undefined,
  clear: () => undefined,
};

export interface Judging {
  /** Also work off all that is left, and count it. */
  readonly drain: boolean;
}

/** What must not be, in words; none: the state is good. `told` is changed. */
export async function judge(directory: string, told: Told, { drain }: Judging): Promise<string[]> {
  const broker = await openBroker(
    { ...OPEN, dataDir: directory },
    {
      version: '0.0.0',
      log,
      moreMetrics: async () => '',
      announce: () => undefined,
      onHangup: () => undefined,
      onFatal: (error) => told.violations.push(`the broker would end: ${error.message}`),
    },
  );
  try {
    if (told.isSetUp) await judgeByClient(`127.0.0.1:${broker.protocolAddress.port}`, told, drain);
  } finally {
    await broker.close();
  }
  const data = await openData(directory);
  const { problems } = verify(data, {}, QUIET);
  await data.snapshot.close();
  for (const problem of problems) told.violations.push(JSON.stringify(problem));
  return told.violations;
}

async function judgeByClient(brokers: string, told: Told, drain: boolean): Promise<void> {
  const client = await connect({ brokers, clientName: 'judge', logger: null });
  try {
    const records = await verifyLog(client, told);
    await verifyDeliveries(client, told);
    await verifyPairs(client, told);
    await verifyTopics(client, told);
    await verifyOffsets(client, told);
    if (drain) {
      // What is received now is to be resolved in time, however slow the machine.
      await client.admin.alterShareGroup({ group: GROUP, config: { visibilityTimeoutMs: 60_000 } });
      await verifyQueue(client, told, records);
    }
  } finally {
    await client.close();
  }
}

/** A message is answered and acknowledged, or neither. */
async function verifyPairs(client: Client, told: Told): Promise<void> {
  const answered = await valuesOf(client, PAIRS);
  const unique = new Set(answered);
  if (unique.size !== answered.length) told.violations.push('a message has two answers');
  const acknowledged = await acknowledgedIn(client, PAIRS);
  for (const place of unique) {
    if (!acknowledged.delete(place))
      told.violations.push(`${place} is answered and not acknowledged`);
  }
  for (const place of acknowledged)
    told.violations.push(`${place} is acknowledged and not answered`);
}

async function valuesOf(client: Client, topic: string): Promise<string[]> {
  const { partitions } = await client.admin.describeTopic(topic);
  const total = partitions.reduce(
    (sum, { startOffset, endOffset }) => sum + endOffset - startOffset,
    0,
  );
  const found: string[] = [];
  if (total === 0) return found;
  const consumer = client.consumer<string>({ topics: topic });
  for await (const { value } of consumer) {
    if (found.push(value) === total) break;
  }
  await consumer.close();
  return found;
}

async function acknowledgedIn(client: Client, group: string): Promise<Set<string>> {
  const found = new Set<string>();
  const { partitions } = await client.admin.describeTopic(TOPIC);
  for (const { partition, startOffset, endOffset } of partitions) {
    for (let fromOffset = startOffset; fromOffset < endOffset; fromOffset += 1_000) {
      const at = {
        group,
        topic: TOPIC,
        partition,
        fromOffset,
        maxMessages: 1_000,
        maxBytes: 8_000_000,
      };
      const { messages } = await client.admin.peek(at);
      for (const { message, view } of messages) {
        if (view?.state === 'acknowledged') found.add(`${partition}/${message.offset}`);
      }
    }
  }
  return found;
}

async function verifyTopics(client: Client, told: Told): Promise<void> {
  const there = new Set((await client.admin.listTopics()).map(({ name }) => name));
  for (const [topic, isThere] of told.topics) {
    if (isThere !== undefined && isThere !== there.has(topic)) {
      told.violations.push(`topic ${topic} ${isThere ? 'is lost' : 'is there again'}`);
    }
  }
  if (!there.has(TOPIC)) told.violations.push(`topic ${TOPIC} is lost`);
}

async function verifyOffsets(client: Client, told: Told): Promise<void> {
  if (told.committed === 0) return;
  const [found] = await client.admin.groupOffsets(READERS);
  const offset = found?.offset ?? 0;
  if (offset < told.committed || offset > told.commitAsked) {
    const range = `${told.committed} to ${told.commitAsked}`;
    told.violations.push(`the offset committed is ${offset}, not ${range}`);
  }
}

/** Puts files into a fresh directory. */
export function putInto(directory: string, files: ReadonlyMap<string, Buffer>): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes);
}
