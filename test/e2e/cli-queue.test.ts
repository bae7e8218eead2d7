// broker-cli against a real broker: consumer groups and queues.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cli,
  closeSession,
  failure,
  type Json,
  json,
  lines,
  numbers,
  openSession,
} from './support/cli-session.ts';

beforeAll(openSession);
afterAll(closeSession);

describe('broker-cli', { timeout: 90_000 }, () => {
  describe('groups', () => {
    it('go on where they were; list, describe, reset, delete', async () => {
      await json('topics create news --partitions 2');
      await json('produce news --key-path n', numbers(20));
      const read = async (rest: string) =>
        lines((await cli(`consume news --group readers ${rest}`)).out).length;
      expect(await read('--max 5')).toBe(5);
      expect(await read('--no-follow')).toBe(15);
      expect(await read('--no-follow')).toBe(0);
      const { groups } = await json('groups list');
      expect(groups).toContainEqual({ name: 'readers', kind: 'consumer', members: 0 });
      expect((await cli('groups describe readers')).out).toContain('LAG');
      const planned = await json('groups reset readers --to earliest --dry-run');
      expect(planned).toMatchObject({ changed: false });
      expect(await read('--no-follow')).toBe(0);
      await json('groups reset readers --to earliest --yes');
      expect(await read('--no-follow')).toBe(20);
      expect(await json('groups delete readers --yes')).toEqual({ deleted: ['readers'] });
      expect((await failure('groups describe readers')).exit).toBe(4);
    });
  });

  describe('queue', () => {
    it('create, describe, alter, list, delete', async () => {
      const made = await json(
        'queue create jobs --visibility 1m --max-deliveries 3 --backoff fixed --backoff-base 0',
      );
      expect(made).toMatchObject({ created: true, topicCreated: true });
      expect(made['topics']).toMatchObject([{ topic: 'jobs', deadLetterTopic: 'jobs.dlq' }]);
      expect(await json('queue create jobs --if-not-exists')).toMatchObject({ created: false });
      expect((await failure('queue create jobs')).exit).toBe(5);
      await json('queue alter jobs --visibility 2m');
      const { config } = await json('queue describe jobs');
      expect(config).toMatchObject({
        visibilityTimeoutMs: 120_000,
        maxDeliveries: 3,
        backoff: 'fixed',
      });
      expect((await cli('queue describe jobs')).out).toContain('visibility:');
      expect((await cli('queue list')).out).toContain('jobs.dlq');
      expect((await json('queue list'))['queues']).toHaveLength(1);
      expect((await failure('queue create mail --topic nowhere')).exit).toBe(4);
      expect((await failure('queue delete jobs')).exit).toBe(2);
      expect(await json('queue delete jobs --yes')).toEqual({ deleted: ['jobs'] });
      expect((await failure('queue stats jobs')).exit).toBe(4);
    });

    it('receive, ack, release, reject, extend, return, stats, peek', async () => {
      await json('queue create work --backoff none');
      await json('produce work --key-path n', numbers(6));
      const { messages } = await json('queue receive work --max 6 --wait 5s');
      expect(messages).toHaveLength(6);
      const [one, two, three, four, five] = messages?.map(({ receipt }: Json) => receipt) ?? [];
      expect(await json(`queue ack work ${one}`)).toMatchObject({
        results: [{ ok: true, outcome: 'acknowledged' }],
      });
      await json(`queue release work ${two} --delay 1h --error broken`);
      await json(`queue reject work ${three} --error hopeless`);
      const extended = await json(`queue extend work ${four} --for 10m`);
      expect(extended['results']?.[0]?.['deadlineMs']).toBeGreaterThan(Date.now() + 500_000);
      await json(`queue return work ${five}`);
      const [{ totals }] = (await json('queue stats work'))['queues'] as [Json];
      expect(totals).toMatchObject({ acknowledged: 1, scheduled: 1, dead: 1, leased: 2 });
      expect((totals?.['fresh'] ?? 0) + (totals?.['ready'] ?? 0)).toBe(1);
      const peeked = (await json('queue peek work'))['messages'];
      expect(peeked).toHaveLength(6);
      expect(peeked?.find(({ state }: Json) => state === 'scheduled')).toMatchObject({
        lastError: 'broken',
      });
      expect((await json('queue peek work --state leased'))['messages']).toHaveLength(2);
      expect((await cli('queue peek work')).out).toMatch(/^TOPIC +PARTITION +OFFSET +STATE/);
      expect((await cli('queue stats work --partitions')).out).toContain('PARTITION');
      expect(lines((await cli('consume work.dlq --no-follow')).out)).toHaveLength(1);
    });

    it('stale, resolved and forged receipts each say so', async () => {
      await json('queue create late --backoff none');
      await json('produce late', 'a');
      const [first] = (await json('queue receive late'))['messages'] as [Json];
      await json(`queue release late ${first['receipt']}`);
      const [second] = (await json('queue receive late --wait 5s'))['messages'] as [Json];
      expect(second['deliveries']).toBe(2);
      const stale = await failure(`queue ack late ${first['receipt']}`);
      expect(stale).toMatchObject({ exit: 5, error: { code: 'STALE_LEASE' } });
      expect(JSON.parse(stale.out)).toMatchObject({
        results: [{ ok: false, outcome: 'STALE_LEASE' }],
      });
      await json(`queue ack late ${second['receipt']}`);
      expect((await failure(`queue ack late ${second['receipt']}`)).error['code']).toBe(
        'ALREADY_RESOLVED',
      );
      expect((await failure('queue ack late nonsense')).exit).toBe(4);
      expect((await failure('queue receive late --fail-if-empty')).exit).toBe(6);
    });

    it('receipts go through a pipe', async () => {
      await json('queue create piped');
      await json('produce piped', 'a\nb\nc');
      const { messages } = await json('queue receive piped --max 10 --wait 5s');
      const receipts = messages?.map(({ receipt }: Json) => receipt).join('\n');
      const { results } = await json('queue ack piped -', receipts);
      expect(results).toHaveLength(3);
      await json('produce piped', 'd');
      const accepted = await cli('queue receive piped --accept --wait 5s');
      expect(accepted.out).toMatch(/^RECEIPT/);
      expect((await json('queue stats piped'))['queues']).toMatchObject([
        { totals: { acknowledged: 4 } },
      ]);
    });
  });
});
