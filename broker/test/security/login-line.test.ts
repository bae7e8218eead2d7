// Guesses at once: they are answered no sooner than guesses in a row, and one that is right waits, too.

import { MillraceError } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LoginThrottle } from '../../src/login/throttle.ts';
import { WireClient } from '../rim/wire-client.ts';
import { openTestShard, TestCancel } from '../shard/open-test-shard.ts';
import { testSecurity } from '../shard/test-security.ts';
import { byPassword, newUser, SecureBroker } from './secure-broker.ts';
import { createUser, refusalOf, verifierOf } from './security-setup.ts';

const ADDRESS = '203.0.113.7';
let broker: SecureBroker;

beforeAll(async () => {
  broker = await SecureBroker.open();
});

afterAll(() => broker.close());

it('[A-22] tries of a user and an address wait for those before them, and for nobody else’s', () => {
  const clock = { nowMs: 0 };
  const throttle = new LoginThrottle(() => clock.nowMs, 50);
  expect(throttle.lineMs('a', 'ada')).toBe(0);
  expect(throttle.failed('a', 'ada')).toBe(100);
  expect(throttle.lineMs('a', 'ada')).toBe(100);
  expect([throttle.lineMs('b', 'ada'), throttle.lineMs('a', 'bob')]).toEqual([0, 0]);
  clock.nowMs = 99.5;
  expect(throttle.lineMs('a', 'ada')).toBe(1);
  clock.nowMs = 100;
  expect(throttle.lineMs('a', 'ada')).toBe(0);
});

it('[A-22] guesses over connections at once are answered as late as in a row', async () => {
  const { user } = await newUser(await broker.admin());
  const passwords = ['wrong 1', 'wrong 2', 'wrong 3'];
  const clients = await Promise.all(passwords.map(() => WireClient.open(broker.port)));
  // All have said Hello before one shows its proof.
  let greeted = 0;
  let goOn: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const arrive = async () => {
    greeted += 1;
    if (greeted === passwords.length) goOn();
    await all;
  };
  const began = performance.now();
  const answers = await Promise.all(
    clients.map(async (client, at) => {
      const { last } = await byPassword(client, user, passwords[at] ?? '', {}, arrive);
      return { code: last?.error?.code, afterMs: performance.now() - began };
    }),
  );
  expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['AUTHENTICATION_FAILED']));
  // In a row they take 100, 200 and 400 ms.
  const inOrder = answers.map(({ afterMs }) => afterMs).toSorted((a, b) => a - b);
  expect(inOrder.at(-1)).toBeGreaterThanOrEqual(699);
});

it('[A-22] what a gateway asks at once is answered one after the other', async () => {
  const throttle = new LoginThrottle();
  const shard = openTestShard(new MemoryStore(), {}, testSecurity({ throttle }));
  await createUser(shard, 'ada', { password: await verifierOf('pencil') });
  const began = performance.now();
  const check = async (secret: string) => {
    const request = { kind: 'password', user: 'ada', secret, remoteAddress: ADDRESS } as const;
    const refusal = await refusalOf(shard.call('CheckCredential', request));
    return { code: refusal?.code, afterMs: performance.now() - began };
  };
  const answers = await Promise.all(['a', 'b', 'c'].map(check));
  expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['AUTHENTICATION_FAILED']));
  expect(Math.max(...answers.map(({ afterMs }) => afterMs))).toBeGreaterThanOrEqual(699);
  await shard.close();
});

it('[A-22] one that is right waits for a failure before it', async () => {
  const throttle = new LoginThrottle();
  const shard = openTestShard(new MemoryStore(), {}, testSecurity({ throttle }));
  await createUser(shard, 'ada', { password: await verifierOf('pencil') });
  for (let at = 0; at < 3; at += 1) throttle.failed(ADDRESS, 'ada');
  const began = performance.now();
  const request = { kind: 'password', user: 'ada', secret: 'pencil' } as const;
  await shard.call('CheckCredential', { ...request, remoteAddress: ADDRESS });
  expect(performance.now() - began).toBeGreaterThanOrEqual(390);
  await shard.close();
});

it('[A-22] who leaves the line was not looked at', async () => {
  let looked = 0;
  const throttle = {
    admit: () => undefined,
    lineMs: () => 3_600_000,
    failed: () => {
      looked += 1;
      return 0;
    },
    succeeded: () => undefined,
  };
  const shard = openTestShard(new MemoryStore(), {}, testSecurity({ throttle }));
  const signal = new TestCancel();
  const request = { kind: 'token', user: null, secret: 'x' } as const;
  const waiting = refusalOf(shard.call('CheckCredential', request, signal));
  await new Promise((resolve) => setTimeout(resolve, 10));
  signal.cancel(new MillraceError('CANCELLED'));
  expect((await waiting)?.code).toBe('CANCELLED');
  expect(looked).toBe(0);
  await shard.close();
});
