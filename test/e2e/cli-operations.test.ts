// broker-cli against a real broker: what operators do when messages fail, and what messages may say.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOf, startCli } from './support/cli-process.ts';
import {
  brokerAddress,
  cli,
  closeSession,
  failure,
  type Json,
  json,
  lines,
  numbers,
  openSession,
  runHere,
} from './support/cli-session.ts';

beforeAll(openSession);
afterAll(closeSession);

async function receipts(queue: string, max: number): Promise<string[]> {
  const { messages } = await json(`queue receive ${queue} --max ${max} --wait 5s`);
  return messages.map(({ receipt }: Json) => receipt);
}

async function totals(queue: string): Promise<Json> {
  return (await json(`queue stats ${queue}`)).queues[0].totals;
}

async function untilTotals(queue: string, wanted: object): Promise<void> {
  await expect.poll(async () => totals(queue), { timeout: 15_000 }).toMatchObject(wanted);
}

describe('broker-cli', { timeout: 90_000 }, () => {
  it('produce drops duplicates, delays, and names tenants', async () => {
    await json('topics create said --dedup-window 10m --message-ttl 1d');
    await json('queue create said');
    await json('produce said --delay 1h --tenant shop-1 --max-deliveries 2', 'later');
    await untilTotals('said', { fresh: 0, scheduled: 1 });
    const file = numbers(10);
    expect(await json('produce said --dedup-path n', file)).toMatchObject({ records: 10 });
    const again = await json('produce said --dedup-path n', `${file}\n{"n":10}`);
    expect(again).toMatchObject({ records: 1, duplicates: 10 });
    expect(await totals('said')).toMatchObject({ fresh: 11, scheduled: 1 });
    const record = '{"value":"now","tenant":"shop-2","dedupId":"x"}';
    await json('produce said --format record', `${record}\n${record}`);
    const { messages } = await json('queue receive said --max 100 --wait 5s');
    expect(messages).toHaveLength(12);
    expect(messages.at(-1)).toMatchObject({ value: 'now', tenant: 'shop-2' });
    expect((await failure('produce said --ttl 0', 'x')).exit).toBe(2);
  });

  it('a blocked key stops alone, is seen, and goes on', async () => {
    await json(
      'queue create pay --visibility 1h --ordering key --on-exhausted block --max-deliveries 1',
    );
    await json('produce pay --key alice', 'one\ntwo');
    await json('produce pay --key bob', 'three');
    const [one] = await receipts('pay', 1);
    await json(`queue release pay ${one} --error declined`);
    const { blocked } = await json('queue blocked pay');
    expect(blocked).toMatchObject([{ key: 'alice', offset: 0, lastError: 'declined' }]);
    const { messages } = await json('queue receive pay --max 10');
    expect(messages.map(({ value }: Json) => value)).toEqual(['three']);
    expect(await totals('pay')).toMatchObject({ blocked: 1, leased: 1 });
    const state = await json(`queue message pay ${blocked[0].id}`);
    expect(state).toMatchObject({ state: 'blocked', record: { value: 'one' }, result: null });
    expect((await failure('queue unblock pay --all --skip')).error.message).toContain('1 message');
    expect(await json('queue unblock pay --key alice')).toMatchObject({ changed: 1 });
    const [again] = await receipts('pay', 1);
    await json(`queue release pay ${again}`);
    await json('queue unblock pay --all --skip -y');
    const [two] = (await json('queue receive pay --wait 5s')).messages;
    expect(two).toMatchObject({ value: 'two' });
    expect(await totals('pay')).toMatchObject({ blocked: 0, dead: 1 });
  });

  it('messages are listed by state, retried, rescheduled and cancelled', async () => {
    await json('queue create hand --visibility 1h --result-ttl 1h');
    await json('produce hand', 'a\nb\nc\nd');
    const [a, b] = await receipts('hand', 2);
    await json(`queue release hand ${a} --delay 1h --error slow`);
    const { messages } = await json('queue messages hand');
    expect(messages.map(({ state }: Json) => state)).toEqual(['leased', 'scheduled']);
    expect(messages[1]).toMatchObject({ lastError: 'slow', firstOffset: 0 });
    const id = messages[1].id;
    expect(await json(`queue retry hand ${id}`)).toMatchObject({ changed: 1, refused: 0 });
    await json(`queue reschedule hand ${id} --delay 1d`);
    await json(`queue ack hand ${b} --result paid`);
    const done = await json(`queue message hand ${messages[0].id}`);
    expect(done).toMatchObject({ state: 'acknowledged', result: { value: 'paid' } });
    const cancelled = await failure('queue cancel hand --partition 0 --offset 0-3 --yes');
    expect(cancelled).toMatchObject({ exit: 5, error: { code: 'ALREADY_RESOLVED' } });
    expect(JSON.parse(cancelled.out)).toMatchObject({ changed: 3, refused: 1 });
    expect(await totals('hand')).toMatchObject({ dead: 3, acknowledged: 1, scheduled: 0 });
    const { messages: dead } = await json('queue messages hand --state dead');
    expect(dead[0]).toMatchObject({ deadReason: 'cancelled' });
    expect((await failure('queue message hand 00000001-0000-8000-8000-00000000ffff')).exit).toBe(4);
  });

  it('a purge takes exactly what it said, and comes back', async () => {
    await json('queue create junk --visibility 1h');
    await json('produce junk', 'a\nb\nc');
    await receipts('junk', 1);
    expect((await cli('queue purge junk --dry-run')).out).toContain('3 unresolved messages');
    expect((await failure('queue purge junk')).error.message).toContain('3 unresolved messages');
    expect(await json('queue purge junk -y --undo-for 10m')).toMatchObject({ messages: 3 });
    await json('produce junk', 'later');
    expect(await totals('junk')).toMatchObject({ purged: 3, fresh: 1, leased: 0 });
    expect((await failure('queue purge junk -y')).error.code).toBe('PURGE_PENDING');
    expect(await json('queue undo-purge junk')).toMatchObject({ messages: 3 });
    expect(await totals('junk')).toMatchObject({ purged: 0, leased: 0 });
    expect(await receipts('junk', 10)).toHaveLength(4);
    expect((await failure('queue undo-purge junk')).exit).toBe(4);
  });

  it('dead letters are redriven, slowly if wanted, and tasks are looked after', async () => {
    await json('queue create mail --visibility 1h');
    await json('produce mail', numbers(100));
    const all = (await receipts('mail', 100)).join('\n');
    await cli('queue reject mail - --error bad', all);
    const [listed] = (await json('dlq list')).topics.filter(
      ({ topic }: Json) => topic === 'mail.dlq',
    );
    expect(listed).toMatchObject({ records: 100, sources: [{ topic: 'mail', queue: 'mail' }] });
    const counted = await json('dlq redrive mail.dlq --dry-run --to-offset 4');
    expect(counted).toMatchObject({ state: 'completed', moved: 5 });
    const none = await json('dlq redrive mail.dlq --dry-run --reason exhausted');
    expect(none).toMatchObject({ moved: 0, skipped: 100 });
    const { taskId } = await json('dlq redrive mail.dlq --rate 1');
    expect((await cli('tasks list --state running')).out).toContain('mail.dlq to where they died');
    expect(await json(`tasks cancel ${taskId}`)).toMatchObject({ cancelled: true });
    const ended = await failure(`tasks show ${taskId} --follow`);
    expect(ended).toMatchObject({ exit: 5, error: { code: 'TASK_CANCELLED' } });
    const { moved } = JSON.parse(ended.out);
    const rest = await json('dlq redrive mail.dlq --follow');
    expect(moved + rest.moved).toBe(100);
    expect(await receipts('mail', 100)).toHaveLength(100);
    expect((await failure('tasks show 4000000000')).exit).toBe(4);
  });

  it('settings are shown as they were asked for', async () => {
    await json('topics create orders --dead-letters-from none --retention-acked on --dedup none');
    const { config } = (await json('topics describe orders')).topics[0];
    expect(config).toMatchObject({ deadLettersFrom: 'none', retentionAcked: true, dedup: 'none' });
    const refused = await failure('queue create other --dead-letters orders');
    expect(refused).toMatchObject({ exit: 2, error: { code: 'DLQ_NOT_ALLOWED' } });
    await json('queue create kitchen --topic orders --fairness tenant --max-in-flight 5');
    await json('queue alter kitchen --fence off --on-expired dlq');
    expect(await json('queue describe kitchen')).toMatchObject({
      config: { fairness: 'tenant', maxInFlight: 5, fence: false, onExpired: 'dlq' },
      topics: [{ startAt: 'earliest' }],
    });
    expect((await cli('queue describe kitchen')).out).toContain('between tenants');
    expect(await json('effects get kitchen charge:1')).toMatchObject({ state: 'none' });
  });

  it('counts are watched, a line a look, until Ctrl-C', async () => {
    await json('queue create seen');
    const child = startCli(brokerAddress(), ['queue', 'stats', 'seen', '--watch', '--json']);
    let seen = 0;
    child.stdout.on('data', (chunk: Buffer | string) => {
      seen += chunk.toString().split('\n').length - 1;
      if (seen >= 2) child.kill('SIGINT');
    });
    const { exit, out, err } = await endOf(child);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(lines(out).length).toBeGreaterThanOrEqual(2);
    expect(lines(out)[0]).toMatchObject({ queues: [{ queue: 'seen' }] });
  });

  it('an empty queue says so on stderr alone', async () => {
    await json('queue create empty');
    const argv = ['queue', 'receive', 'empty', '--fail-if-empty'];
    const { exit, out, err } = await runHere(brokerAddress(), argv);
    expect({ exit, out }).toEqual({ exit: 6, out: '' });
    expect(err).toContain('no message now');
  });
});
