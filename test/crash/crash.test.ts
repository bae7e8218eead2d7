// A real broker is killed with SIGKILL at random moments under produce and queue load, and started again on its data.
// The seeds are fixed here; `npm run crash -- --runs 20` runs more. A failing seed is a bug report.

import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@millrace/client';
import { BrokerProcess, Random, TemporaryDirectory } from '@millrace/harness';
import { describe, expect, test } from 'vitest';
import {
  GROUP,
  MAX_DELIVERIES,
  PARTITIONS,
  produceBatches,
  produceOneByOne,
  TOPIC,
  workQueue,
} from './load.ts';
import { verifyDeliveries, verifyLog, verifyQueue } from './verify.ts';
import { Witness } from './witness.ts';

const RUNS = Number(process.env['MILLRACE_CRASH_RUNS'] ?? 3);
const FIRST_SEED = Number(process.env['MILLRACE_CRASH_SEED'] ?? 1);
const KILLS = 2;
const FLAGS = ['--lease-restart-grace', '100ms'];

async function crashRun(seed: number): Promise<{ witness: Witness; records: number }> {
  const random = new Random(seed);
  const witness = new Witness();
  const directory = new TemporaryDirectory('millrace-crash-');
  let broker = await BrokerProcess.start({ dataDir: directory.path, flags: FLAGS });
  const flags = [...FLAGS, '--port', `${broker.port}`];
  const options = { brokers: broker.address, logger: null, requestTimeoutMs: 20_000 };
  const client = await connect({ ...options, clientName: 'load' });
  try {
    await client.admin.createTopic({ name: TOPIC, partitions: PARTITIONS });
    const config = {
      maxDeliveries: MAX_DELIVERIES,
      visibilityTimeoutMs: 700,
      backoff: 'fixed',
      backoffBaseMs: 50,
    } as const;
    await client.admin.createShareGroup({ group: GROUP, topics: [TOPIC], config });
    const running = { stopped: false };
    const load = [
      produceOneByOne(client, witness, random.fork(), `${seed}-one`, running),
      produceBatches(client, witness, random.fork(), `${seed}-many`, running),
      ...Array.from({ length: 4 }, () => workQueue(client, witness, random.fork(), running)),
    ];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(random.between(100, 1_500));
      await broker.end('SIGKILL');
      broker = await BrokerProcess.start({ dataDir: directory.path, flags });
    }
    await sleep(random.between(100, 500));
    running.stopped = true;
    await Promise.all(load);
    await broker.end('SIGKILL');
    broker = await BrokerProcess.start({ dataDir: directory.path, flags });
    const records = await verifyLog(client, witness);
    await verifyDeliveries(client, witness);
    await verifyQueue(client, witness, records);
    return { witness, records };
  } finally {
    await client.close();
    await broker.end('SIGTERM');
    directory.remove();
  }
}

describe('kill -9 under load [I1, I2, I3, I6]', () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
    test(`seed ${seed}`, { timeout: 180_000 }, async () => {
      const { witness, records } = await crashRun(seed);
      expect(witness.violations).toEqual([]);
      expect(records).toBeGreaterThan(0);
      expect(witness.accepted.size).toBeGreaterThan(0);
    });
  }
});
