// Handlers over many messages of a partition at a time: which run together, and what is committed meanwhile.
import { describe, expect, it } from 'vitest';
import { setup as setupAlone } from './support/consumer-setup.ts';
import { eventually, rejection } from './support/eventually.ts';
import { keyed, pause, setup, texts } from './support/group-setup.ts';

/** Handlers that end when the test says so. */
function gate() {
  const open = new Map<string, () => void>();
  const seen: string[] = [];
  return {
    seen,
    running: () => [...open.keys()],
    handler: ({ value }: { value: string }) =>
      new Promise<void>((resolve) => {
        seen.push(value);
        open.set(value, resolve);
      }),
    end: (value: string) => {
      const resolve = open.get(value);
      if (resolve === undefined) throw new Error(`${value} is not running`);
      open.delete(value);
      resolve();
    },
  };
}

describe('ordering by key', () => {
  it('runs keys of one partition side by side, each in its order', async () => {
    const { consumer, log, group } = await setup({ commitIntervalMs: 5 });
    log.append('t', 0, keyed(['a', 'a', 'b', 'c', 'b', null, null]));
    const { seen, end, handler, running } = gate();
    const run = consumer.run({ concurrency: 4, ordering: 'key', eachMessage: handler });
    await eventually(() => running().join() === 'a0,b2,c3,-5');
    end('b2');
    await eventually(() => running().join() === 'a0,c3,-5,b4');
    for (const value of ['c3', '-5', 'b4']) end(value);
    await eventually(() => running().join() === 'a0,-6');
    end('-6');
    await pause(30);
    // Nothing before a0 is processed, so no more than where it began is committed.
    expect(group.committed() ?? 0).toBe(0);
    end('a0');
    await eventually(() => group.committed() === 1);
    await eventually(() => running().join() === 'a1');
    end('a1');
    await eventually(() => group.committed() === 7);
    expect(seen).toEqual(['a0', 'b2', 'c3', '-5', 'b4', '-6', 'a1']);
    await consumer.close();
    await run;
  });

  it('goes on behind a slow message, no further than its window', async () => {
    const { consumer, log } = await setup();
    for (let n = 0; n < 30; n += 1) log.appendTexts('t', 0, texts(100, `${n}.`));
    const seen: string[] = [];
    let finish = () => {};
    const run = consumer.run({
      concurrency: 2,
      ordering: 'none',
      eachMessage: ({ offset, value }) => {
        seen.push(value);
        if (offset > 0) return undefined;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    });
    await eventually(() => seen.length === 1_000);
    await pause(30);
    expect(seen.length).toBe(1_000);
    finish();
    await eventually(() => seen.length === 3_000);
    expect(new Set(seen).size).toBe(3_000);
    await consumer.close();
    await run;
  });

  it('holds no more bytes than it may, but one message always', async () => {
    const { consumer, log } = await setup({ maxBufferedBytes: 1_000 });
    for (let n = 0; n < 6; n += 1) log.append('t', 0, [{ value: Buffer.alloc(600) }]);
    let most = 0;
    let running = 0;
    let done = 0;
    const run = consumer.run({
      concurrency: 6,
      ordering: 'none',
      eachMessage: async () => {
        running += 1;
        most = Math.max(most, running);
        await pause(5);
        running -= 1;
        done += 1;
      },
    });
    await eventually(() => done === 6);
    expect(most).toBe(2);
    await consumer.close();
    await run;
  });

  it('shares its handlers between partitions', async () => {
    const { consumer, log } = await setup({}, [0, 1], 2);
    for (let n = 0; n < 50; n += 1) log.appendTexts('t', 0, texts(100, `a${n}.`));
    log.appendTexts('t', 1, texts(10, 'b'));
    const seen: string[] = [];
    const run = consumer.run({
      concurrency: 3,
      ordering: 'key',
      eachMessage: async ({ value }) => {
        seen.push(value);
        await pause(0);
      },
    });
    await eventually(() => seen.filter((value) => value.startsWith('b')).length === 10);
    expect(seen.length).toBeLessThan(4_000);
    await consumer.close();
    await run;
  });
});

describe('side by side, and', () => {
  it('an error: the others end, what is before it is committed', async () => {
    const { consumer, group, log } = await setup();
    log.appendTexts('t', 0, texts(8));
    const { handler, end, running } = gate();
    const run = consumer.run({
      concurrency: 4,
      ordering: 'none',
      eachMessage: async (message) => {
        await handler(message);
        if (message.value === '2') throw new Error('two');
      },
    });
    run.catch(() => {});
    await eventually(() => running().length === 4);
    end('2');
    await pause(10);
    for (const value of ['3', '1', '0']) end(value);
    expect((await rejection(run)).message).toBe('two');
    expect(group.committed()).toBe(2);
  });

  it('a commit by hand: up to the first that is not processed', async () => {
    const { consumer, group, log } = await setup({ commit: 'manual' });
    log.appendTexts('t', 0, texts(4));
    let finish = () => {};
    const run = consumer.run({
      concurrency: 4,
      ordering: 'none',
      eachMessage: async (message) => {
        if (message.offset === 1) {
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
        }
        await message.commit();
      },
    });
    await eventually(() => group.committed() === 1);
    await pause(20);
    expect(group.committed()).toBe(1);
    finish();
    await eventually(() => group.committed() === 4);
    await consumer.close();
    await run;
  });

  it('a partition that goes: what runs ends, what waits for its key does not begin', async () => {
    const { consumer, group, log } = await setup({}, [0, 1]);
    log.append('t', 0, keyed(['a', 'b', 'a', 'b']));
    const { handler, end, running, seen } = gate();
    const run = consumer.run({ concurrency: 4, ordering: 'key', eachMessage: handler });
    await eventually(() => running().length === 2);
    group.assign([1]);
    await pause(50);
    expect(group.owned).toEqual([0, 1]);
    end('a0');
    end('b1');
    await eventually(() => group.owned.length === 1);
    expect(group.committed(0)).toBe(2);
    expect(seen).toEqual(['a0', 'b1']);
    await consumer.close();
    await run;
  });

  it('a partition that is lost: its signal', async () => {
    const { consumer, group, log } = await setup();
    log.appendTexts('t', 0, texts(2));
    const reasons: unknown[] = [];
    const run = consumer.run({
      concurrency: 2,
      ordering: 'none',
      eachMessage: (_, { signal }) =>
        reasons.length >= 2
          ? undefined
          : new Promise<void>((resolve) => {
              signal.addEventListener('abort', () => {
                reasons.push(signal.reason);
                resolve();
              });
            }),
    });
    await eventually(() => group.owned.length === 1);
    await pause(20);
    group.forget();
    await eventually(() => reasons.length === 2);
    expect(reasons[0]).toMatchObject({ code: 'UNKNOWN_MEMBER' });
    await consumer.close();
    await run;
  });

  it('pause and resume, with messages that wait for their key', async () => {
    const { consumer, log } = await setup();
    log.append('t', 0, keyed(['a', 'a', 'b']));
    const { handler, end, running, seen } = gate();
    const run = consumer.run({ concurrency: 4, ordering: 'key', eachMessage: handler });
    await eventually(() => running().length === 2);
    consumer.pause();
    end('a0');
    end('b2');
    log.append('t', 0, keyed(['c']));
    await pause(30);
    expect(running()).toEqual([]);
    consumer.resume();
    await eventually(() => running().length === 2);
    expect(seen).toEqual(['a0', 'b2', 'a1', 'c0']);
    end('a1');
    end('c0');
    await consumer.close();
    await run;
  });

  it('seek: what waited is dropped, the new place is read', async () => {
    const { consumer, log, group } = await setup({ commitIntervalMs: 5 });
    log.append('t', 0, keyed(['a', 'a', 'a', 'b']));
    const { handler, end, running, seen } = gate();
    const run = consumer.run({ concurrency: 4, ordering: 'key', eachMessage: handler });
    await eventually(() => running().join() === 'a0,b3');
    consumer.seek({ topic: 't', partition: 0, offset: 2 });
    end('b3');
    end('a0');
    await eventually(() => running().join() === 'a2,b3');
    end('b3');
    end('a2');
    await eventually(() => group.committed() === 4);
    expect(seen).toEqual(['a0', 'b3', 'a2', 'b3']);
    await consumer.close();
    await run;
  });

  it('messages that cannot be decoded: passed over, and processed', async () => {
    const { client, log, group } = await setup();
    log.appendTexts('t', 0, ['1', 'no', '3', 'no']);
    const seen: unknown[] = [];
    const consumer = client.consumer({ topics: 't', group: 'g', onDecodeError: 'skip' });
    const run = consumer.run({
      concurrency: 4,
      ordering: 'key',
      eachMessage: ({ value }) => void seen.push(value),
    });
    await eventually(() => seen.length === 2);
    await consumer.close();
    await run;
    expect(group.committed()).toBe(4);
  });

  it('options that are none', async () => {
    const { consumer } = await setupAlone();
    const refused = async (handlers: object) => {
      const { code, message } = await rejection(consumer.run(handlers));
      expect(code).toBe('INVALID_CONFIG');
      return message;
    };
    expect(await refused({ eachMessage() {}, concurrency: 0 })).toMatch('concurrency');
    expect(await refused({ eachMessage() {}, ordering: 'some' })).toMatch('ordering');
    expect(await refused({ eachBatch() {}, ordering: 'key' })).toMatch('eachMessage');
  });
});
