// broker-cli against a real broker: reading, filtering, copying and cutting logs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './support/cli-process.ts';
import {
  brokerAddress,
  cli,
  closeSession,
  failure,
  json,
  lines,
  numbers,
  openSession,
} from './support/cli-session.ts';

beforeAll(openSession);
afterAll(closeSession);

describe('broker-cli', { timeout: 90_000 }, () => {
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
    expect((await runCli(brokerAddress(), template)).out).toBe('log 0 4 odd=3\nlog 0 5 odd=5\n');
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
});
