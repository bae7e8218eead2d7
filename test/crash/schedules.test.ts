// A real broker is killed with SIGKILL while schedules tick each second, and started again on its data: every tick has
// its message exactly once, and what is missed while it is down for long is as the policies say.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect } from '@millrace/client';
import { BrokerProcess, Random, TemporaryDirectory } from '@millrace/harness';
import { expect, test } from 'vitest';

const TOPIC = 'ticks';
const PERIOD_MS = 1_000;
/** Short enough for each tick to come late and all the same on time. */
const KILLS = 2;
/** Longer than a tick may be late. */
const LONG_DOWN_MS = 12_500;
const POLICIES = ['one', 'all', 'none'] as const;

async function createSchedules({ admin }: Client): Promise<void> {
  await admin.createTopic({ name: TOPIC, partitions: 1 });
  for (const missed of POLICIES) {
    const asked = { topic: TOPIC, missed, value: missed };
    await admin.createSchedule({ ...asked, name: `every-${missed}`, everyMs: PERIOD_MS });
    const timeZone = 'Europe/Berlin';
    await admin.createSchedule({ ...asked, name: `cron-${missed}`, cron: '* * * * * *', timeZone });
  }
}

/** Ticks by schedule, in the order of their messages. */
async function ticksOf({ admin }: Client): Promise<Map<string, number[]>> {
  const { messages } = await admin.peek({ topic: TOPIC, maxMessages: 1_000 });
  const ticks = new Map<string, number[]>();
  for (const { message } of messages) {
    const schedule = message.header('millrace-schedule') ?? '';
    const tickMs = Number(message.header('millrace-schedule-tick'));
    ticks.set(schedule, [...(ticks.get(schedule) ?? []), tickMs]);
  }
  return ticks;
}

function consecutive(ticks: readonly number[]): number[] {
  return ticks.map((_, at) => (ticks[0] ?? Number.NaN) + at * PERIOD_MS);
}

test('[S-5] [S-8] [S-9] every tick has its message once, whenever the broker is killed', async () => {
  const random = new Random(Number(process.env['MILLRACE_CRASH_SEED'] ?? 1));
  const directory = new TemporaryDirectory('millrace-crash-');
  let broker = await BrokerProcess.start({ dataDir: directory.path });
  const flags = ['--port', `${broker.port}`];
  const client = await connect({ brokers: broker.address, logger: null, requestTimeoutMs: 20_000 });
  const restartAfter = async (downMs: number) => {
    await broker.end('SIGKILL');
    await sleep(downMs);
    broker = await BrokerProcess.start({ dataDir: directory.path, flags });
  };
  try {
    await createSchedules(client);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(random.between(500, 1_800));
      await restartAfter(random.between(0, 1_500));
    }
    await sleep(1_500);
    const short = await ticksOf(client);
    expect(short.size).toBe(2 * POLICIES.length);
    for (const [schedule, ticks] of short) {
      expect([schedule, ...ticks]).toEqual([schedule, ...consecutive(ticks)]);
    }
    await restartAfter(LONG_DOWN_MS);
    await sleep(2_500);
    const long = await ticksOf(client);
    for (const schedule of await client.admin.listSchedules()) {
      const { name, missed, missedTicks, createdAtMs, nextAtMs, error } = schedule;
      const ticks = long.get(name) ?? [];
      const sorted = [...new Set(ticks)].toSorted((a, b) => a - b);
      expect([name, ...ticks]).toEqual([name, ...sorted]);
      expect(ticks[0]).toBeGreaterThan(createdAtMs);
      const before = short.get(name) ?? [];
      expect(ticks.slice(0, before.length)).toEqual(before);
      // Nothing is missing but what was passed over by policy, and that is one stretch.
      const all = ((nextAtMs ?? 0) - (ticks[0] ?? 0)) / PERIOD_MS;
      expect([name, missedTicks]).toEqual([name, all - schedule.sent]);
      expect(error).toBeNull();
      const gaps = ticks.filter((tick, at) => at > 0 && tick - (ticks[at - 1] ?? 0) > PERIOD_MS);
      const passes = missed !== 'all';
      expect([name, missedTicks > 0, gaps.length]).toEqual([name, passes, passes ? 1 : 0]);
    }
  } finally {
    await client.close();
    await broker.end('SIGTERM');
    directory.remove();
  }
}, 120_000);
