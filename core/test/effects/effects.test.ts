import { describe, expect, it } from 'vitest';
import { decideEndEffect, type EndEffectCommand } from '../../src/effects/decide-end-effect.ts';
import {
  decideClaimEffect,
  decideDeleteShareGroup,
  decideExpireRows,
  getEffect,
} from '../../src/index.ts';
import { createGroup, sharedTopic } from '../share/share-setup.ts';
import type { Machine } from '../support/machine.ts';

const KEY = { group: 'workers', key: 'charge-42' };

function claim(machine: Machine, memberId: string, options: { key?: string; ttlMs?: number } = {}) {
  return machine.run(decideClaimEffect, { ...KEY, memberId, ttlMs: 1_000, ...options });
}

function end(machine: Machine, token: number | null, options: Partial<EndEffectCommand> = {}) {
  const command = { ...KEY, token: token ?? -1, end: 'done', value: null, ttlMs: 5_000 } as const;
  return machine.decide(decideEndEffect, { ...command, ...options });
}

describe('claims of effects', () => {
  it('are granted to one member at a time; the same member gets a fresh token [L-94]', () => {
    const machine = sharedTopic();
    const first = claim(machine, 'ann');
    expect(first).toMatchObject({ granted: true, state: 'started', token: 1, memberId: 'ann' });
    expect(claim(machine, 'bob')).toEqual({ ...first, granted: false });
    const again = claim(machine, 'ann');
    expect(again).toMatchObject({ granted: true, token: 2 });
    expect(end(machine, first.token).error?.code).toBe('STALE_CLAIM');
    expect(end(machine, again.token).error).toBeUndefined();
  });

  it('end by time: then somebody else gets it, and the old token is of no use [L-94]', () => {
    const machine = sharedTopic();
    const { token } = claim(machine, 'ann');
    machine.nowMs += 999;
    expect(claim(machine, 'bob').granted).toBe(false);
    machine.nowMs += 1;
    expect(machine.run(getEffect, KEY).state).toBe('none');
    expect(end(machine, token).error?.code).toBe('STALE_CLAIM');
    expect(claim(machine, 'bob')).toMatchObject({ granted: true, token: 2 });
    expect(end(machine, token).error?.code).toBe('STALE_CLAIM');
  });

  it('never get a token twice: not after they are over, deleted, or a restart [L-95]', () => {
    const machine = sharedTopic();
    const tokens = [claim(machine, 'ann').token];
    end(machine, tokens[0] ?? null, { end: 'abandon' });
    tokens.push(claim(machine, 'ann').token);
    machine.nowMs += 2_000;
    machine.run(decideExpireRows, { rowsMax: 9 });
    expect(machine.view.count('effects')).toBe(0);
    machine.reload();
    tokens.push(claim(machine, 'ann').token, claim(machine, 'bob', { key: 'other' }).token);
    machine.run(decideDeleteShareGroup, { group: 'workers' });
    createGroup(machine, 'workers', {});
    tokens.push(claim(machine, 'ann').token);
    expect(tokens).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('effects that ended', () => {
  it('are remembered with their value once done, and never granted meanwhile [L-96] [L-97]', () => {
    const machine = sharedTopic();
    const value = new TextEncoder().encode('receipt 7');
    expect(machine.run(getEffect, KEY)).toMatchObject({ state: 'none', token: null });
    const { token } = claim(machine, 'ann');
    machine.nowMs += 10;
    end(machine, token, { value });
    machine.reload();
    const told = { key: KEY.key, state: 'done', token, memberId: 'ann', atMs: 1_000_010, value };
    expect(machine.run(getEffect, KEY)).toEqual({ ...told, untilMs: 1_005_010 });
    expect(claim(machine, 'ann')).toMatchObject({ granted: false, state: 'done', value });
    expect(end(machine, token).error?.code).toBe('STALE_CLAIM');
    machine.nowMs += 5_000;
    expect(claim(machine, 'bob')).toMatchObject({ granted: true, token: 2 });
  });

  it('are free at once where the claim was given up [L-97]', () => {
    const machine = sharedTopic();
    end(machine, claim(machine, 'ann').token, { end: 'abandon' });
    expect([machine.view.count('effects'), machine.view.count('expiries')]).toEqual([0, 0]);
    expect(claim(machine, 'bob').granted).toBe(true);
  });

  it('leave one entry in the index, whatever happened before [L-90]', () => {
    const machine = sharedTopic();
    for (let i = 0; i < 3; i += 1) {
      machine.nowMs += 1;
      claim(machine, 'ann');
    }
    end(machine, 3);
    expect(machine.view.all('expiries').map(([[at]]) => at)).toEqual([1_005_003]);
  });
});

it('keeps groups apart, and takes share groups and printable keys only [L-91]', () => {
  const machine = sharedTopic();
  createGroup(machine, 'others', {});
  claim(machine, 'ann');
  expect(machine.run(getEffect, { ...KEY, group: 'others' }).state).toBe('none');
  const request = { ...KEY, memberId: 'ann', ttlMs: 1 };
  const refusal = (change: object) =>
    machine.refused(decideClaimEffect, { ...request, ...change }).code;
  expect(refusal({ group: 'nobody' })).toBe('UNKNOWN_GROUP');
  expect(refusal({ key: 'a\0b' })).toBe('INVALID_REQUEST');
  expect(machine.refused(getEffect, { ...KEY, key: '' }).code).toBe('INVALID_REQUEST');
});
