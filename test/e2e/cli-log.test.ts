// broker-cli against a real broker: reading, filtering, copying and cutting logs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, codecs, connect } from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOf, startCli } from './support/cli-process.ts';
import {
  brokerAddress,
  cli,
  closeSession,
  failure,
  json,
  lines,
  numbers,
  openSession,
  runHere,
} from './support/cli-session.ts';

beforeAll(openSession);
afterAll(closeSession);

/** Everything that a record is, partition by partition. */
async function contents(client: Client, topic: string, count: number) {
  const seen: unknown[][] = [];
  const consumer = client.consumer({ topics: topic, codec: codecs.bytes });
  for await (const { partition, offset, timestampMs, keyBytes, valueBytes, headers } of consumer) {
    const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex');
    const named = headers.map(([name, value]) => [name, hex(value)]);
    seen.push([partition, offset, timestampMs, hex(keyBytes), hex(valueBytes), named]);
    if (seen.length === count) break;
  }
  await consumer.close();
  return seen.toSorted((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
}

describe('broker-cli', { timeout: 180_000 }, () => {
  it('consume takes what is wanted, and stops where it is told', async () => {
    await json('topics create log');
    await json('produce log --key even', '0\n2\n4');
    await json('produce log --key odd --header mark=x', '1\n3\n5');
    const values = async (line: string) =>
      lines((await cli(`consume log --exit ${line}`)).out).map(({ value }) => value);
    expect(await values('--key odd')).toEqual([1, 3, 5]);
    expect(await values('--header mark=x --grep 3|4')).toEqual([3]);
    expect(await values('--grep ODD -i --max 2')).toEqual([1, 3]);
    const until = await cli('consume log --from 1 --until 4 --raw');
    expect([until.exit, until.out]).toEqual([0, '2\n4\n1\n']);
    const template = ['consume', 'log', '-e', '--from', '4', '-f', '%t %p %o %k=%s\\n'];
    expect((await runHere(brokerAddress(), template)).out).toBe('log 0 4 odd=3\nlog 0 5 odd=5\n');
    expect((await failure('consume log --grep (')).exit).toBe(2);
  });

  it('consume of a group commits also what no filter wanted', async () => {
    await json('topics create filtered');
    await json('produce filtered', numbers(20));
    const { exit, out } = await cli('consume filtered --group f --exit --value-grep "n":7\\D');
    expect([exit, lines(out)]).toMatchObject([0, [{ value: { n: 7 } }]]);
    const { offsets } = await json('groups describe f');
    expect(offsets).toMatchObject([{ topic: 'filtered', offset: 20, lag: 0 }]);
  });

  it('keys and values go through a pipe', async () => {
    await json('topics create pairs');
    await json('produce pairs --format key-value', 'a\t1\nb\t2\na\t');
    await json('produce pairs --key-separator : --tombstones', 'c:');
    const { out } = await cli('consume pairs --exit -o key-value --key-separator =');
    expect(out).toBe('a=1\nb=2\na=\nc=\n');
    const [, , empty, none] = lines((await cli('consume pairs --exit')).out);
    expect([empty, none]).toMatchObject([{ value: '' }, { key: 'c', value: null }]);
    expect((await failure('produce pairs --format key-value', 'no separator')).exit).toBe(2);
  });

  it('topics grow, tell offsets, and lose their oldest records', async () => {
    await json('topics create cut');
    await json('produce cut', numbers(100));
    const end = { partition: 0, earliest: 0, latest: 100 };
    expect((await json('topics offsets cut --at -1h')).partitions).toMatchObject([
      { ...end, at: 0 },
    ]);
    expect((await failure('topics delete-records cut --before 30')).error.message).toContain(
      'delete 30 records of topic cut',
    );
    expect(await json('topics delete-records cut --before 30 --yes')).toMatchObject({
      deleted: true,
      records: 30,
    });
    expect((await json('topics offsets cut')).partitions).toEqual([{ ...end, earliest: 30 }]);
    const [first] = lines((await cli('consume cut --exit --max 1')).out);
    expect(first).toMatchObject({ offset: 30, value: { n: 30 } });
    expect(await json('topics grow cut --partitions 3 --yes')).toMatchObject({ partitions: 3 });
    expect((await json('topics offsets cut')).partitions).toHaveLength(3);
    expect((await failure('topics grow cut --partitions 2 --yes')).exit).toBe(5);
  });

  it('export and import keep every byte', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-export-'));
    const client = await connect({ brokers: brokerAddress() });
    try {
      for (const topic of ['source', 'copy', 'piped']) await json(`topics create ${topic} -p 3`);
      const values = [
        'text',
        '',
        null,
        '\u0000\n"\u2028',
        '\ufeffbom',
        new Uint8Array([0xff, 0, 0xc0]),
      ];
      const headers = [
        ['a', 'x'],
        ['b', new Uint8Array([0xfe])],
        ['a', ''],
      ] as const;
      const bytesOf = (value: string | Uint8Array | null) =>
        typeof value === 'string' ? Buffer.from(value) : value;
      const messages = values.flatMap((value, at) =>
        values.map((key, of) => {
          const timestampMs = 1_600_000_000_000 + at * 100 + of;
          return { key: bytesOf(key), value: bytesOf(value), timestampMs, headers };
        }),
      );
      const producer = client.producer({ codec: codecs.bytes });
      await producer.sendBatch('source', messages);
      const wanted = await contents(client, 'source', messages.length);

      const file = join(directory, 'source.ndjson.gz');
      const exported = await json(`export source ${file}`);
      expect(exported).toMatchObject({ complete: true, records: messages.length });
      expect((await failure(`export source ${file}`)).exit).toBe(5);
      const imported = await json(`import ${file} copy --compression gzip`);
      expect(imported).toMatchObject({ records: messages.length, lines: messages.length });
      expect(await contents(client, 'copy', messages.length)).toEqual(wanted);

      const { exit, out, err } = await cli('export source -');
      expect([exit, err]).toEqual([0, '']);
      await json('import - piped', out);
      expect(await contents(client, 'piped', messages.length)).toEqual(wanted);

      await json('topics create one');
      const refused = await failure('import - one', out);
      expect([refused.exit, refused.error.hints.at(-1)]).toEqual([
        2,
        'All up to line 0 is stored: --from-line 1 goes on.',
      ]);
      await json('topics create small -p 3 --message-size 10');
      const tooLarge = await failure('import - small', out);
      expect(tooLarge.error).toMatchObject({ code: 'MESSAGE_TOO_LARGE', storedToLine: 0 });
      expect(tooLarge.error.hints.at(-1)).toContain('--from-line 1');
      expect(await json('import - one --by-key --from-line 11', out)).toMatchObject({
        records: messages.length - 10,
      });
      const cut = join(directory, 'cut.gz');
      writeFileSync(cut, readFileSync(file).subarray(0, 100));
      expect((await failure(`import ${cut} copy`)).error.message).toContain('cannot be unpacked');
    } finally {
      await client.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('export takes a part, and a pipe that has enough is no trouble', async () => {
    await json('topics create part');
    await json('produce part', numbers(50));
    const { out } = await cli('export part - --from 10 --until 20');
    expect(lines(out).map(({ offset }) => offset)).toEqual(
      Array.from({ length: 10 }, (_, at) => 10 + at),
    );
    await json('topics create nothing');
    expect((await cli('export nothing -')).out).toBe('');
    expect((await failure('export nowhere -')).exit).toBe(4);
    expect((await failure('import /nowhere/at/all part')).exit).toBe(4);
  });

  it('groups go back and forth, also to what was exported', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-offsets-'));
    const file = join(directory, 'offsets.json');
    try {
      await json('topics create moved');
      await json('produce moved', numbers(30));
      expect(lines((await cli('consume moved --group m --max 20')).out)).toHaveLength(20);
      expect(await json(`groups offsets m --export ${file}`)).toMatchObject({
        offsets: [{ topic: 'moved', partition: 0, offset: 20 }],
      });
      const planned = await json('groups reset m --shift-by -5 --dry-run');
      const move = { topic: 'moved', partition: 0, from: 20, to: 15, lag: 15 };
      expect(planned).toEqual({ group: 'm', changed: false, offsets: [move] });
      await json('groups reset m --shift-by -5 --yes');
      await json('groups reset m --offset moved/0=3 --yes');
      expect((await json('groups reset m --by-duration 1h --dry-run')).offsets).toMatchObject([
        { from: 3, to: 0, lag: 30 },
      ]);
      await json(`groups reset m --from-file ${file} --yes`);
      expect((await json('groups offsets m')).offsets).toMatchObject([{ offset: 20 }]);
      expect(await json('groups describe m')).toMatchObject({ lag: 10, members: [] });
      expect(await json('groups delete m --yes')).toEqual({ deleted: ['m'] });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('a newer producer of a name fences the older one off', async () => {
    await json('topics create fenced');
    await json('produce fenced --no-idempotent', 'plain');
    const first = startCli(brokerAddress(), [
      'produce',
      'fenced',
      '--producer-name',
      'me',
      '--json',
    ]);
    const ended = endOf(first);
    const stored = async () => (await json('topics offsets fenced')).partitions[0].latest;
    first.stdin.write('a\n');
    await expect.poll(stored, { timeout: 20_000 }).toBe(2);
    await json('produce fenced --producer-name me', 'b');
    first.stdin.end('c\n');
    const { exit, err } = await ended;
    expect([exit, err]).toEqual([5, expect.stringContaining('PRODUCER_FENCED')]);
    expect(await stored()).toBe(3);
  });
});
