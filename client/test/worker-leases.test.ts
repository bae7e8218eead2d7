// Leases while a worker holds them: extended, lost, made longer, over before they begin.
import { describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { type Handler, SILENT, untilAborted } from './support/fake-broker.ts';
import { numbers, pause, setup } from './support/worker-setup.ts';

describe('leases', () => {
  it('are extended from half their time on, for running and waiting messages', async () => {
    const { queue, work } = await setup(numbers(5));
    queue.visibilityTimeoutMs = 600;
    let finish = () => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const worker = work({
      concurrency: 1,
      prefetch: 10,
      handler: ({ value }) => (value === 1 ? done : undefined),
    });
    await eventually(() => queue.itemsOf('extend').length >= 3);
    // Number 0 is accepted, 1 runs, 2 to 4 wait.
    expect(queue.itemsOf('extend').every(([first, last]) => first === 1 && last === 4)).toBe(true);
    expect(queue.items.find(({ kind }) => kind === 'extend')?.delayMs).toBe(600);
    expect(queue.receives[0]?.visibilityTimeoutMs).toBe(600);
    finish();
    await eventually(() => queue.states().every((state) => state === 'accepted'));
    const extensions = queue.itemsOf('extend').length;
    await pause(400);
    expect(queue.itemsOf('extend').length).toBe(extensions);
    // What is over is forgotten at once, not when it would have been extended.
    const { keeper } = worker as unknown as { keeper: { leases: Set<unknown> } };
    expect(keeper.leases.size).toBe(0);
    expect(worker.stats.lost).toBe(0);
  });

  it('have tokens that grow, and stand in the receipt', async () => {
    const { work } = await setup([1]);
    const tokens: number[] = [];
    work({
      handler: ({ token, receipt, deliveries }) => {
        expect(receipt.split('.').at(-1)).toBe(`${token}`);
        tokens.push(token);
        if (deliveries === 1) throw new Error('once more');
      },
    });
    await eventually(() => tokens.length === 2);
    expect(tokens[1]).toBeGreaterThan(tokens[0] ?? Number.NaN);
  });

  it('last as long as the group says', async () => {
    const { queue, work, broker } = await setup([1]);
    queue.visibilityTimeoutMs = 400;
    const extended = () => queue.itemsOf('extend').length > 0;
    work({ handler: () => eventually(extended) });
    await eventually(extended);
    expect(queue.receives[0]?.visibilityTimeoutMs).toBe(400);
    expect(broker.count('DescribeShareGroups')).toBe(1);
  });

  it('that are lost abort the signal and free what waits', async () => {
    const { queue, work } = await setup([1, 2, 3]);
    queue.visibilityTimeoutMs = 400;
    const started: number[] = [];
    let reason: unknown;
    const outcomes: string[] = [];
    const worker = work({
      concurrency: 1,
      handler: async ({ value }, { signal }) => {
        started.push(value);
        if (value !== 1) return;
        queue.steal(0);
        queue.steal(1);
        await untilAborted(signal);
        reason = signal.reason;
      },
      onOutcome: ({ value }, outcome) => outcomes.push(`${value} ${outcome}`),
    });
    await eventually(() => outcomes.length === 3);
    expect(reason).toMatchObject({ code: 'STALE_LEASE' });
    expect(started).toEqual([1, 3]);
    expect(outcomes.toSorted()).toEqual(['1 lost', '2 lost', '3 accepted']);
    expect(worker.stats.lost).toBe(2);
  });

  it('can be made longer by the handler', async () => {
    const { queue, work } = await setup([1]);
    let deadline = 0;
    work({
      handler: async (_, { extend, signal }) => {
        deadline = await extend(9_000);
        expect(signal.aborted).toBe(false);
      },
    });
    await eventually(() => queue.states()[0] === 'accepted');
    expect(deadline).toBe(2_000);
    expect(queue.items[0]).toMatchObject({ kind: 'extend', delayMs: 9_000 });
  });

  it('that ended while nobody could be asked are not begun', async () => {
    const { queue, work, broker } = await setup([1, 2]);
    queue.visibilityTimeoutMs = 400;
    const started: number[] = [];
    const worker = work({
      concurrency: 1,
      handler: async ({ value }) => {
        started.push(value);
        if (started.length === 1) {
          broker.handlers.Acknowledge = () => SILENT;
          await pause(1_000);
          broker.handlers.Acknowledge = queue.handlers.Acknowledge as Handler<'Acknowledge'>;
        }
      },
    });
    await eventually(() => worker.stats.lost === 1);
    expect(started).toEqual([1]);
  });
});
