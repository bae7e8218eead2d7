import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { checkKeyText } from '../../src/expiries/check-key-text.ts';
import { decideExpireRows, expiryEntry, put, remove, type Write } from '../../src/index.ts';
import { Machine } from '../support/machine.ts';

const START = 1_000_000;

function machineWith(...writes: Write[]): Machine {
  const machine = new Machine(START);
  for (const write of writes) machine.view.apply(write);
  return machine;
}

function dedup(id: number, expiresAtMs: number): Write[] {
  const key = [1, 0, 0, 0, id] as const;
  return [put('dedups', key, [0, id, expiresAtMs]), expiryEntry(expiresAtMs, 'dedups', key)];
}

function attempt(id: string, expiresAtMs: number): Write {
  return put('attempts', [1, id], { expiresAtMs, leases: [] });
}

describe('rows whose time has come [L-90]', () => {
  it('go with their entries, in slices; those that last stay', () => {
    const machine = machineWith(
      ...dedup(1, START),
      ...dedup(2, START - 5),
      ...dedup(3, START + 1),
      ...dedup(4, START - 9),
    );
    expect(machine.run(decideExpireRows, { rowsMax: 2 })).toMatchObject({
      rowsRemoved: 2,
      more: true,
    });
    expect(machine.view.all('dedups').map(([key]) => key[4])).toEqual([1, 3]);
    expect(machine.run(decideExpireRows, { rowsMax: 2 })).toMatchObject({
      rowsRemoved: 1,
      more: false,
    });
    expect(machine.view.all('dedups').map(([key]) => key[4])).toEqual([3]);
    expect(machine.view.count('expiries')).toBe(1);
    machine.nowMs += 1;
    machine.run(decideExpireRows, { rowsMax: 2 });
    expect([machine.view.count('dedups'), machine.view.count('expiries')]).toEqual([0, 0]);
    machine.run(decideExpireRows, { rowsMax: 2 });
    expect(machine.writes).toEqual([]);
  });

  it('passes over an entry whose row is gone or lasts longer by now, and deletes it', () => {
    const machine = machineWith(
      attempt('longer', START + 10),
      expiryEntry(START - 1, 'attempts', [1, 'longer']),
      expiryEntry(START + 10, 'attempts', [1, 'longer']),
      expiryEntry(START - 1, 'attempts', [1, 'gone']),
    );
    const reply = machine.run(decideExpireRows, { rowsMax: 10 });
    expect(reply).toEqual({ rowsRemoved: 0, passedOver: 2, more: false });
    expect(machine.view.count('attempts')).toBe(1);
    machine.nowMs += 10;
    expect(machine.run(decideExpireRows, { rowsMax: 10 }).rowsRemoved).toBe(1);
    expect([machine.view.count('attempts'), machine.view.count('expiries')]).toEqual([0, 0]);
  });

  it('knows the time of every table that has one', () => {
    const machine = machineWith(
      put('results', [1, 1, 0, 7], [new Uint8Array(1), 0, START]),
      expiryEntry(START, 'results', [1, 1, 0, 7]),
      put('effects', [1, 'k'], {
        state: 'done',
        token: 1,
        memberId: 'm',
        atMs: 0,
        untilMs: START,
        value: null,
      }),
      expiryEntry(START, 'effects', [1, 'k']),
      put('transactions', ['t'], { fingerprint: 0, expiresAtMs: START, batches: [] }),
      expiryEntry(START, 'transactions', ['t']),
    );
    machine.nowMs -= 1;
    expect(machine.run(decideExpireRows, { rowsMax: 10 }).rowsRemoved).toBe(0);
    machine.nowMs += 1;
    expect(machine.run(decideExpireRows, { rowsMax: 10 }).rowsRemoved).toBe(3);
    for (const table of ['results', 'effects', 'transactions', 'expiries'] as const) {
      expect(machine.view.count(table)).toBe(0);
    }
  });

  it('reads no more than a few large rows in a slice', () => {
    const writes = Array.from({ length: 40 }, (_, i): Write[] => [
      put('results', [1, 1, 0, i], [new Uint8Array(LIMITS.resultBytesMax), 0, START]),
      expiryEntry(START, 'results', [1, 1, 0, i]),
    ]);
    const machine = machineWith(...writes.flat());
    const reply = machine.run(decideExpireRows, { rowsMax: 100 });
    expect(reply).toMatchObject({ rowsRemoved: 16, more: true });
  });

  it('lets a row go before its time without the index', () => {
    const machine = machineWith(...dedup(1, START), remove('dedups', [1, 0, 0, 0, 1]));
    expect(machine.run(decideExpireRows, { rowsMax: 9 })).toMatchObject({ rowsRemoved: 0 });
  });
});

describe('texts in keys [L-91]', () => {
  it.each(['', 'a\0b', 'tab\there', '\u007f', '\u0085', '\ud800', 'x\udc00y'])(
    'refuses %j',
    (text) => {
      expect(checkKeyText(text, 'key')?.error).toMatchObject({
        code: 'INVALID_REQUEST',
        detail: { field: 'key' },
      });
    },
  );

  it.each(['order-1', 'grüße 😀', '"\\"', '\u2028'])('takes %j', (text) => {
    expect(checkKeyText(text, 'key')).toBeUndefined();
  });

  it('keeps the longest of them within what a key may hold, as JSON', () => {
    const texts = ['"', '\\', '😀', '\u2028'];
    const bytesMax = Math.max(LIMITS.effectKeyBytesMax, LIMITS.attemptIdBytesMax);
    for (const text of texts) {
      const longest = text.repeat(bytesMax / new TextEncoder().encode(text).length);
      const [, , rowKey] = expiryEntry(Number.MAX_SAFE_INTEGER, 'effects', [0xffff_ffff, longest])
        .key as readonly [number, string, string];
      expect(new TextEncoder().encode(rowKey).length).toBeLessThanOrEqual(512);
    }
  });
});
