// Effects that happen once: the claim, what came of it, and who else wants it.
import { LIMITS, MillraceError } from '@millrace/protocol';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { HandlerContext, Once } from '../src/index.ts';
import { eventually } from './support/eventually.ts';
import { type Handler, SILENT } from './support/fake-broker.ts';
import { pause, setup } from './support/worker-setup.ts';

const stored = (value: Uint8Array | null | undefined) =>
  value === null || value === undefined ? value : JSON.parse(Buffer.from(value).toString());

describe('once', () => {
  it('runs, and is recorded in one commit with the acknowledgement', async () => {
    const { queue, ledger, work } = await setup([7]);
    const seen: unknown[] = [];
    const worker = work({
      handler: async ({ value }, { once }) => {
        seen.push(await once(`mail/${value}`, async () => ({ sent: value }), { ttlMs: 5_000 }));
        expect(ledger.effects.get('mail/7')?.state).toBe('started');
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(seen).toEqual([{ sent: 7 }]);
    const [transaction] = ledger.done;
    expect(ledger.done.length).toBe(1);
    expect(transaction?.effects).toMatchObject([
      { group: 'g', key: 'mail/7', end: 'done', ttlMs: 5_000 },
    ]);
    expect(stored(transaction?.effects[0]?.value)).toEqual({ sent: 7 });
    expect(transaction?.acknowledgements[0]?.items).toMatchObject([{ kind: 'accept' }]);
    expect(queue.states()).toEqual(['accepted']);
  });

  it('does not run again: what came of it then is given', async () => {
    const { ledger, work } = await setup([1, 2]);
    let runs = 0;
    const seen: unknown[] = [];
    const worker = work({
      concurrency: 1,
      handler: async (_, { once }) => {
        const run = () => {
          runs += 1;
          return `run ${runs}`;
        };
        seen.push(await once('same', run));
      },
    });
    await eventually(() => worker.stats.accepted === 2);
    expect(seen).toEqual(['run 1', 'run 1']);
    expect(runs).toBe(1);
    expect(ledger.done.length).toBe(1);
  });

  it('is recorded also where the handler fails after it', async () => {
    const { ledger, work } = await setup([1]);
    let runs = 0;
    const worker = work({
      handler: async ({ deliveries }, { once }) => {
        await once('k', () => (runs += 1));
        if (deliveries === 1) throw new Error('after it');
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(runs).toBe(1);
    expect(ledger.done[0]).toMatchObject({
      effects: [{ end: 'done' }],
      acknowledgements: [{ items: [{ kind: 'release', errorText: 'Error: after it' }] }],
    });
  });

  it('is recorded alone where the lease is gone: it was done all the same', async () => {
    const { queue, ledger, work } = await setup([1]);
    const worker = work({
      handler: async (_, { once }) => {
        await once('k', () => 'done');
        queue.steal(0);
      },
    });
    await eventually(() => worker.stats.lost === 1);
    await eventually(() => ledger.effects.get('k')?.state === 'done');
    expect(ledger.done).toMatchObject([{ acknowledgements: [], effects: [{ key: 'k' }] }]);
  });

  it('is recorded where its claim has ended meanwhile, and nobody else has made one', async () => {
    const { ledger, work } = await setup([1]);
    let runs = 0;
    const worker = work({
      handler: async (_, { once }) => {
        await once('k', () => (runs += 1));
        const claim = ledger.effects.get('k');
        if (claim?.state === 'started') Object.assign(claim, { token: 0, untilMs: 0 });
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(runs).toBe(1);
    expect(worker.stats).toMatchObject({ released: 1, lost: 0 });
    expect(stored(ledger.effects.get('k')?.value)).toBe(1);
  });

  it('is left alone where somebody else has claimed it meanwhile', async () => {
    const { ledger, work } = await setup([1]);
    const worker = work({
      handler: async (_, { once }) => {
        await once('k', () => 'mine');
        Object.assign(ledger.effects.get('k') as object, {
          token: 77,
          memberId: 'other',
          untilMs: Date.now() + 60_000,
        });
      },
    });
    await eventually(() => worker.stats.released >= 1);
    expect(ledger.effects.get('k')).toMatchObject({ state: 'started', memberId: 'other' });
  });

  it('gives its claim up when it throws, and the message fails with that', async () => {
    const { queue, ledger, work } = await setup([1]);
    const worker = work({
      handler: async ({ deliveries }, { once }) => {
        await once('k', () => {
          if (deliveries === 1) throw new Error('no mail today');
          return 'sent';
        });
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(queue.items[0]).toMatchObject({ kind: 'release', errorText: 'Error: no mail today' });
    expect(ledger.done[0]).toMatchObject({ effects: [{ end: 'abandon' }], acknowledgements: [] });
    expect(stored(ledger.effects.get('k')?.value)).toBe('sent');
  });

  it('comes again when the claim of somebody else ends', async () => {
    const { queue, ledger, work } = await setup([1]);
    const untilMs = Date.now() + 5_000;
    const claim = { token: 99, memberId: 'other', untilMs, value: null };
    ledger.effects.set('k', { ...claim, state: 'started' });
    let runs = 0;
    const worker = work({
      handler: async ({ deliveries }, { once }) => {
        if (deliveries === 2) ledger.effects.set('k', { ...claim, state: 'done' });
        await once('k', () => (runs += 1));
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(runs).toBe(0);
    const [released] = queue.items;
    expect(released).toMatchObject({ kind: 'release' });
    expect(released?.errorText).toContain("somebody else is at the effect 'k'");
    expect(released?.delayMs).toBeGreaterThan(3_000);
    expect(released?.delayMs).toBeLessThanOrEqual(5_100);
  });

  it('claims apart for each call, also in one worker', async () => {
    const { broker, work } = await setup([1, 2]);
    let runs = 0;
    const worker = work({
      memberId: 'w'.repeat(LIMITS.memberIdBytesMax),
      concurrency: 2,
      handler: async (_, { once }) => {
        await once('same', async () => {
          runs += 1;
          await pause(20);
        });
      },
    });
    await eventually(() => worker.stats.accepted === 2);
    expect(runs).toBe(1);
    const members = broker.requests('ClaimEffect').map(({ memberId }) => memberId);
    expect(new Set(members).size).toBeGreaterThan(1);
    expect(members.every((id) => id.length <= LIMITS.memberIdBytesMax)).toBe(true);
  });

  it('holds its claim for as long as the handler runs', async () => {
    const { ledger, broker, work } = await setup([1]);
    const askedTwiceMore = () => {
      const before = broker.count('ClaimEffect');
      return eventually(() => broker.count('ClaimEffect') >= before + 2);
    };
    const worker = work({
      handler: async (_, { once }) => {
        await once('k', () => askedTwiceMore(), { claimMs: 100 });
        await askedTwiceMore();
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(ledger.effects.get('k')).toMatchObject({ state: 'done', value: null });
    const asked = broker.count('ClaimEffect');
    await pause(100);
    expect(broker.count('ClaimEffect')).toBe(asked);
  });

  it('is the same effect where one call asks for it twice', async () => {
    const { broker, work } = await setup([1]);
    let runs = 0;
    const worker = work({
      handler: async (_, { once }) => {
        const both = await Promise.all([
          once('k', () => (runs += 1)),
          once('k', () => (runs += 1)),
        ]);
        expect(both).toEqual([1, 1]);
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(broker.count('ClaimEffect')).toBe(1);
  });

  it('asks again when the reply to its claim is lost', async () => {
    const { ledger, broker, work } = await setup([1]);
    const real = ledger.handlers.ClaimEffect as Handler<'ClaimEffect'>;
    broker.handlers.ClaimEffect = async (body, call) => {
      const reply = await real(body, call);
      if (broker.count('ClaimEffect') > 1) return reply;
      call.connection.socket.destroy();
      return SILENT;
    };
    let runs = 0;
    const worker = work({
      handler: async (_, { once }) => void (await once('k', () => (runs += 1))),
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(runs).toBe(1);
  });

  it('is remembered as done even where its value cannot be kept', async () => {
    const { queue, ledger, work } = await setup([1]);
    const seen: unknown[] = [];
    let runs = 0;
    const worker = work({
      handler: async (_, { once }) => {
        seen.push(
          await once<string | undefined>('k', () => {
            runs += 1;
            return 'x'.repeat(LIMITS.effectValueBytesMax);
          }),
        );
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(queue.items[0]?.errorText).toContain('LIMIT_EXCEEDED');
    expect([runs, ...seen]).toEqual([1, undefined]);
    expect(ledger.effects.get('k')).toMatchObject({ state: 'done', value: null });
  });

  it.each<[string, Parameters<Once>, object]>([
    ['an empty key', ['', () => 1], { code: 'INVALID_CONFIG', detail: { field: 'key' } }],
    ['a long key', ['ü'.repeat(101), () => 1], { detail: { field: 'key', limit: '200 bytes' } }],
    ['no claim', ['k', () => 1, { claimMs: 0 }], { detail: { field: 'claimMs' } }],
    ['no time', ['k', () => 1, { ttlMs: -1 }], { detail: { field: 'ttlMs' } }],
  ])('refuses %s before it asks', async (_, args, expected) => {
    const { broker, work } = await setup([1]);
    let refused: unknown;
    const worker = work({
      handler: async (_message, { once }) => {
        refused = await once(...args).catch((error: unknown) => error);
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(refused).toBeInstanceOf(MillraceError);
    expect(refused).toMatchObject(expected);
    expect(broker.count('ClaimEffect')).toBe(0);
  });

  it('does not run after its handler has ended', async () => {
    const { ledger, broker, work } = await setup([1]);
    const real = ledger.handlers.ClaimEffect as Handler<'ClaimEffect'>;
    broker.handlers.ClaimEffect = async (body, call) => {
      await pause(30);
      return real(body, call);
    };
    let runs = 0;
    let late: Promise<unknown> | undefined;
    const worker = work({
      handler: (_, { once }) => {
        late = once('k', () => (runs += 1));
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    await expect(late).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    expect([runs, ledger.effects.size]).toEqual([0, 0]);
  });

  it('leaves no timer where the worker closes before the handler ends', async () => {
    const { broker, work } = await setup([1]);
    const worker = work({
      handler: (_, { once }) => once('k', () => new Promise(() => {}), { claimMs: 40 }),
    });
    await eventually(() => broker.count('ClaimEffect') > 1);
    await worker.close({ timeoutMs: 20 });
    const asked = broker.count('ClaimEffect');
    await pause(100);
    expect(broker.count('ClaimEffect') - asked).toBeLessThanOrEqual(1);
  });

  it('has the type of what runs', () => {
    expectTypeOf<HandlerContext['once']>().toEqualTypeOf<Once>();
    const call = (once: Once) => once('k', async () => 5);
    expectTypeOf(call).returns.resolves.toEqualTypeOf<number>();
  });
});
