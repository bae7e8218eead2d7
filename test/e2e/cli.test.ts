// broker-cli against a real broker: topics, produce and consume, ping, pipes and signals, and brokers that are not there.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOf, runCli, startCli } from './support/cli-process.ts';
import {
  brokerAddress,
  cli,
  closeSession,
  commandsRunBy,
  failure,
  type Json,
  json,
  lines,
  numbers,
  openSession,
} from './support/cli-session.ts';

const folder = new TemporaryDirectory('millrace-cli-');
beforeAll(openSession);
afterAll(async () => {
  await closeSession();
  folder.remove();
});

describe('broker-cli', { timeout: 90_000 }, () => {
  describe('topics', () => {
    it('create, list, describe, alter, delete', async () => {
      const created = await json(
        'topics create flights --partitions 3 --retention 7d --annotation owner=ops',
      );
      expect(created).toMatchObject({ name: 'flights', partitions: 3, created: true });
      expect(await json('topics create flights --if-not-exists')).toMatchObject({
        created: false,
      });
      const { topics } = await json('topics list');
      const listed = topics?.find(({ name }: Json) => name === 'flights');
      expect(listed).toMatchObject({ partitions: 3, records: 0, retentionMs: 604_800_000 });
      await json(
        'topics alter flights --partitions 4 --segment-size 64MiB --annotation owner= --annotation team=x',
      );
      const [topic] = (await json('topics describe flights'))['topics'] ?? [];
      expect(topic?.partitions).toHaveLength(4);
      expect(topic?.config).toMatchObject({ segmentBytes: 67_108_864, retentionMs: 604_800_000 });
      expect(topic?.annotations).toEqual({ team: 'x' });
      expect((await cli('topics list')).out).toMatch(/^TOPIC +PARTITIONS/);
      expect((await cli('topics describe flights')).out).toContain('retention:');
      expect(await json('topics delete flights --yes')).toEqual({ deleted: ['flights'] });
      expect(await json('topics delete flights --yes --if-exists')).toEqual({ deleted: [] });
    });
  });

  it('status says how the broker is', async () => {
    await json('topics create held --partitions 2');
    await json('produce held', 'one');
    const seen = await json('status');
    expect(seen).toMatchObject({ ready: true, reasons: [], storage: { full: false } });
    expect(seen.partitions).toBeGreaterThanOrEqual(2);
    expect(seen.storage.fileBytes).toBeGreaterThan(0);
    expect(seen.options.some(({ isDefault }: Json) => !isDefault)).toBe(true);
    const { out } = await cli('status');
    expect(out).toMatch(/^broker: +127\.0\.0\.1:\d+, version \d/);
    for (const name of ['ready: +yes', 'commits: ', 'event loop: ', 'options: +.*port 0']) {
      expect(out).toMatch(new RegExp(`^${name}`, 'm'));
    }
    expect((await failure('status --watch -i 10ms')).exit).toBe(2);
  });

  describe('exit codes', () => {
    beforeAll(() => commandsRunBy(runCli));

    it('say what is wrong by exit code', async () => {
      await json('topics create here');
      expect((await failure('topics describe nowhere')).exit).toBe(4);
      expect((await failure('topics delete nowhere --yes')).error['code']).toBe('UNKNOWN_TOPIC');
      expect((await failure('topics create here')).exit).toBe(5);
      expect((await failure('topics create bad/name')).exit).toBe(2);
      expect((await failure('topics delete here')).error['message']).toContain('--yes');
      expect(await json('topics create there --dry-run')).toMatchObject({ created: false });
      expect((await failure('topics describe there')).exit).toBe(4);
    });
  });

  describe('produce and consume', () => {
    it('text, JSON with a key inside, and whole records', async () => {
      await json('topics create words --partitions 2');
      expect(await json('produce words', 'one\ntwo\n')).toMatchObject({ records: 2 });
      const keyed = await json('produce words --key-path n --header kind=number', numbers(10));
      expect(keyed).toMatchObject({ records: 10, withoutKey: 0 });
      const read = lines((await cli('consume words --no-follow')).out);
      expect(read).toHaveLength(12);
      expect(read.filter(({ key }) => key === '7')).toMatchObject([
        { topic: 'words', value: { n: 7, even: false }, headers: { kind: 'number' } },
      ]);
      await json('topics create copy --partitions 2');
      const copied = await cli('consume words --no-follow --value-format base64');
      await json('produce copy --format record', copied.out);
      const strip = (all: Json[]) =>
        all
          .map(({ key, value, headers, timestampMs }) =>
            JSON.stringify({ key, value, headers, timestampMs }),
          )
          .toSorted();
      expect(strip(lines((await cli('consume copy --no-follow')).out))).toEqual(strip(read));
    });

    it('from an offset, a time, the end, one partition, raw', async () => {
      await json('topics create places --partitions 2');
      await json('produce places --partition 1', 'a\nb\nc');
      const values = async (rest: string) =>
        lines((await cli(`consume places --no-follow ${rest}`)).out).map(({ value }) => value);
      expect(await values('--from 1 --partition 1')).toEqual(['b', 'c']);
      expect(await values('--from latest')).toEqual([]);
      expect(await values('--from -1h')).toEqual(['a', 'b', 'c']);
      expect(await values('--from 2100-01-01')).toEqual([]);
      expect(await values('--partition 0')).toEqual([]);
      expect(await values('--max 2')).toEqual(['a', 'b']);
      expect((await cli('consume places --no-follow --raw')).out).toBe('a\nb\nc\n');
      expect((await failure('consume places --partition 9')).exit).toBe(4);
      expect((await failure('consume nowhere')).exit).toBe(4);
    });

    it('a file, and a file that is not there', async () => {
      const file = join(folder.path, 'numbers.ndjson');
      await writeFile(file, numbers(5_000));
      await json('topics create filed');
      const { out, exit } = await cli(`produce filed --file ${file} --key-path n`);
      expect(exit).toBe(0);
      expect(out).toContain('5,000 records');
      expect((await failure(`produce filed --file ${file}.not`)).exit).toBe(4);
    });

    it('a bad line stops it; what came before is stored and counted', async () => {
      await json('topics create strict');
      const { exit, err } = await cli(
        'produce strict --format json',
        '{"a":1}\n{"a":2}\nnot json\n{"a":3}\n',
      );
      expect(exit).toBe(2);
      expect(err).toContain('2 records had been stored');
      expect(err).toContain('line 3');
      expect(lines((await cli('consume strict --no-follow')).out)).toHaveLength(2);
    });

    it('a pipe whose reader goes away is no error', async () => {
      await json('topics create long');
      await json('produce long', 'x'.repeat(99).concat('\n').repeat(20_000));
      const child = startCli(brokerAddress(), ['consume', 'long', '--no-follow']);
      await once(child.stdout, 'data');
      child.stdout.destroy();
      const { exit, err } = await endOf(child);
      expect({ exit, err }).toEqual({ exit: 0, err: '' });
    });

    it('follows until the signal, then leaves', async () => {
      await json('topics create tail');
      const child = startCli(brokerAddress(), ['consume', 'tail', '--group', 'followers']);
      const ended = endOf(child);
      const first = once(child.stdout, 'data');
      await json('produce tail', 'now');
      await first;
      child.kill('SIGINT');
      const { exit, out, err } = await ended;
      expect({ exit, err }).toEqual({ exit: 0, err: '' });
      expect(lines(out)).toMatchObject([{ value: 'now' }]);
      const group = await json('groups describe followers');
      expect(group).toMatchObject({ members: [], lag: 0 });
    });
  });

  describe('ping, and brokers that are not there', () => {
    beforeAll(() => commandsRunBy(runCli));

    it('measures', async () => {
      const { roundTripMs, count } = await json('ping --count 3 --interval 0');
      expect(count).toBe(3);
      expect(roundTripMs?.['median']).toBeGreaterThan(0);
      expect((await cli('ping --count 1')).out).toContain('round trips');
    });

    it('says how to start one', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      server.close();
      await once(server, 'close');
      const { exit, out, err } = await cli(`topics list --broker 127.0.0.1:${port}`);
      expect({ exit, out }).toEqual({ exit: 3, out: '' });
      expect(err).toContain(`127.0.0.1:${port}`);
      expect(err).toContain('npm start');
      expect((await failure(`ping --broker 127.0.0.1:${port}`)).error['code']).toBe(
        'CONNECTION_LOST',
      );
    });

    it('does not wait for one that says nothing', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      const { exit } = await failure(`topics list --timeout 300ms --broker 127.0.0.1:${port}`);
      expect([3, 6]).toContain(exit);
      server.close();
    });
  });
});
