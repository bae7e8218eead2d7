// Whose a password or a token is: right ones, wrong ones of every kind, and what is taken away while it is looked at.

import { networkOf } from '@millrace/options';
import { MillraceError, scramKeys } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoginThrottle } from '../../src/login/throttle.ts';
import { PasswordWork } from '../../src/security/password-work.ts';
import { hashToken, makeToken } from '../../src/security/tokens.ts';
import { SYSTEM_CLOCK } from '../../src/shard/clock.ts';
import { openTestShard, TestCancel, type TestShard } from '../shard/open-test-shard.ts';
import { testSecurity } from '../shard/test-security.ts';
import { createUser, refusalOf, verifierOf } from './security-setup.ts';

const ADDRESS = '203.0.113.7';
const admin = makeToken('admin');
const gateway = makeToken('gateway');
const security = testSecurity({
  builtInTokens: [
    { user: 'admin', hash: admin.hash },
    { user: 'gateway', hash: gateway.hash },
  ],
});
const clock = { offsetMs: 0 };
const store = new MemoryStore();
let shard: TestShard;

function open(): TestShard {
  const wallMs = () => Date.now() + clock.offsetMs;
  return openTestShard(store, { clock: { ...SYSTEM_CLOCK, wallMs } }, security);
}

function byPassword(user: string | null, secret: string) {
  return shard.call('CheckCredential', {
    kind: 'password',
    user,
    secret,
    remoteAddress: ADDRESS,
  });
}

function byToken(secret: string, user: string | null = null) {
  return shard.call('CheckCredential', { kind: 'token', user, secret });
}

const REFUSED = { code: 'AUTHENTICATION_FAILED' };

beforeAll(async () => {
  shard = open();
  await createUser(shard, 'ada', { password: await verifierOf('pencil') });
  await createUser(shard, 'bob', { password: await verifierOf('pencil') });
  await createUser(shard, 'eve');
});
afterAll(() => shard.close());

describe('a password', () => {
  it('is its user’s, spelled one way or another', async () => {
    expect(await byPassword('ada', 'pencil')).toEqual({ user: 'ada', expiresAtMs: null });
    await shard.call('AlterUser', { user: 'ada', password: await verifierOf('u\u0308ber\u00a0x') });
    expect(await byPassword('ada', '\u00fcber x')).toMatchObject({ user: 'ada' });
    await expect(byPassword('ada', 'pencil')).rejects.toMatchObject(REFUSED);
  });

  it.each([
    ['wrong', 'bob', 'Pencil'],
    ['of nobody', 'who', 'pencil'],
    ['of a user without one', 'eve', 'pencil'],
    ['empty', 'bob', ''],
    ['with a control character', 'bob', 'pencil\u0000'],
    ['of what is built in', 'admin', 'pencil'],
    ['of everybody', '*', 'pencil'],
    ['of no name', '', 'pencil'],
    ['of a name that objects have', '__proto__', 'pencil'],
  ])('[A-57] that is %s is refused, as all others are', async (_, user, secret) => {
    const error = await refusalOf(byPassword(user, secret));
    expect([error?.code, error?.message, error?.detail]).toEqual([
      'AUTHENTICATION_FAILED',
      'The user is unknown, or what it showed is wrong, has expired or was revoked.',
      {},
    ]);
    expect(security.logins.at(-1)).toBe(`failed ${ADDRESS} ${user}`);
  });

  it('needs a user', async () => {
    await expect(byPassword(null, 'pencil')).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      detail: { field: 'user' },
    });
  });

  it('[A-57] of a disabled user is no good, nor one that is taken away while it is looked at', async () => {
    await shard.call('AlterUser', { user: 'bob', disabled: true });
    await expect(byPassword('bob', 'pencil')).rejects.toMatchObject(REFUSED);
    await shard.call('AlterUser', { user: 'bob', disabled: false });
    expect(await byPassword('bob', 'pencil')).toMatchObject({ user: 'bob' });
    for (const change of [{ password: await verifierOf('other') }, { removePassword: true }]) {
      await shard.call('AlterUser', { user: 'bob', password: await verifierOf('pencil') });
      const looking = refusalOf(byPassword('bob', 'pencil'));
      await shard.call('AlterUser', { user: 'bob', ...change });
      expect(await looking).toMatchObject(REFUSED);
    }
  });

  it('[A-58] waits for others, and more than a few are refused at once', async () => {
    await createUser(shard, 'many', { password: await verifierOf('pencil') });
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, () => byPassword('many', 'pencil')),
    );
    const refusals = all.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refusals).toHaveLength(12);
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        code: 'OVERLOADED',
        detail: { limit: '8 passwords at a time', retryAfterMs: 200 },
      });
    }
    expect(await byPassword('many', 'pencil')).toMatchObject({ user: 'many' });
  });
});

describe('a token', () => {
  it('[A-47] is its user’s until its time is over, also over a restart', async () => {
    const { token } = await shard.call('CreateToken', { user: 'eve' });
    const expiresAtMs = Date.now() + clock.offsetMs + 60_000;
    const brief = await shard.call('CreateToken', { user: 'eve', expiresAtMs });
    expect(token).toMatch(/^mr_[0-9a-f]{16}_[\w-]{43}$/);
    expect(await byToken(token)).toEqual({ user: 'eve', expiresAtMs: null });
    expect(await byToken(brief.token, 'eve')).toEqual({ user: 'eve', expiresAtMs });
    await expect(byToken(token, 'ada')).rejects.toMatchObject(REFUSED);
    await shard.close();
    clock.offsetMs += 60_000;
    shard = open();
    expect(await byToken(token)).toEqual({ user: 'eve', expiresAtMs: null });
    await expect(byToken(brief.token)).rejects.toMatchObject(REFUSED);
  });

  it('[A-47] is no good once it is revoked, or its user disabled or gone', async () => {
    await createUser(shard, 'tom');
    const one = await shard.call('CreateToken', { user: 'tom' });
    const two = await shard.call('CreateToken', { user: 'tom' });
    await shard.call('RevokeToken', { tokenId: one.tokenId });
    await expect(byToken(one.token)).rejects.toMatchObject(REFUSED);
    expect(await byToken(two.token)).toMatchObject({ user: 'tom' });
    await shard.call('AlterUser', { user: 'tom', disabled: true });
    await expect(byToken(two.token)).rejects.toMatchObject(REFUSED);
    await shard.call('AlterUser', { user: 'tom', disabled: false });
    await shard.call('DeleteUser', { user: 'tom' });
    await createUser(shard, 'tom');
    await expect(byToken(two.token)).rejects.toMatchObject(REFUSED);
  });

  it('[A-57] that is anything else is refused', async () => {
    const { token, tokenId } = await shard.call('CreateToken', { user: 'eve' });
    const last = token.endsWith('A') ? 'B' : 'A';
    const wrong = [
      '',
      'x',
      token.slice(0, -1),
      `${token}A`,
      `${token}\n`,
      token.slice(0, -1) + last,
      token.toUpperCase(),
      `mr_${tokenId}_${'A'.repeat(43)}`,
      `mr_${'0'.repeat(16)}_${token.slice(-43)}`,
      `mr_admin_${token.slice(-43)}`,
      `mr___proto___${token.slice(-43)}`,
      Buffer.from(hashToken(token)).toString('base64url'),
      'A'.repeat(4_096),
    ];
    for (const secret of wrong) {
      await expect(byToken(secret)).rejects.toMatchObject(REFUSED);
    }
  });

  it('of the administrator is good here too; the gateway acts for others, and is none of them', async () => {
    expect(await byToken(admin.token)).toEqual({ user: 'admin', expiresAtMs: null });
    await expect(byToken(gateway.token)).rejects.toMatchObject(REFUSED);
  });
});

it('[A-58] passwords take two threads at most, and each gets its turn', async () => {
  let atWork = 0;
  let most = 0;
  const passwords = new PasswordWork(async (...given) => {
    atWork += 1;
    most = Math.max(most, atWork);
    const keys = await scramKeys(...given);
    atWork -= 1;
    return keys;
  });
  const verifier = await verifierOf('pencil');
  for (let round = 0; round < 2; round += 1) {
    const texts = ['pencil', 'Pencil', 'pencil', '', 'pen', 'pencil', 'x', 'pencil'];
    const answers = await Promise.all(texts.map((text) => passwords.isRight(text, verifier)));
    expect(answers).toEqual(texts.map((text) => text === 'pencil'));
    expect([atWork, most]).toEqual([0, 2]);
  }
});

describe('failures', () => {
  it('of others that came while one was looked at count before it is answered', async () => {
    let asked = 0;
    const throttle = {
      ...security.throttle,
      admit: () => {
        asked += 1;
        if (asked === 2) throw new MillraceError('AUTHENTICATION_FAILED', 'not looked at');
      },
    };
    const changes = { throttle, builtInTokens: security.builtInTokens };
    const throttled = openTestShard(new MemoryStore(), {}, testSecurity(changes));
    const request = { kind: 'token', secret: admin.token } as const;
    const error = await refusalOf(throttled.call('CheckCredential', request));
    expect(error?.message).toBe('not looked at');
    await throttled.close();
  });

  it('count for the address that was given, and one that is throttled is not looked at', async () => {
    const throttle = new LoginThrottle();
    const throttled = openTestShard(new MemoryStore(), {}, testSecurity({ throttle }));
    for (let failure = 0; failure < 10; failure += 1) throttle.failed(ADDRESS, undefined);
    const check = (remoteAddress: string) =>
      throttled.call('CheckCredential', {
        kind: 'token',
        user: null,
        secret: 'x',
        remoteAddress,
      });
    const refusal = await refusalOf(check(ADDRESS));
    expect(refusal).toMatchObject(REFUSED);
    expect(refusal?.detail.retryAfterMs).toBeGreaterThan(0);
    const other = await refusalOf(check('198.51.100.1'));
    expect([other?.code, other?.detail]).toEqual(['AUTHENTICATION_FAILED', {}]);
    await throttled.close();
  });

  it('count for a network of IPv6, and do not hold up a token that came from there before [A-20] [A-21]', async () => {
    const throttle = new LoginThrottle();
    const throttled = openTestShard(new MemoryStore(), {}, testSecurity({ throttle }));
    await createUser(throttled, 'ivy');
    const { token } = await throttled.call('CreateToken', { user: 'ivy' });
    const check = (secret: string, remoteAddress: string) =>
      throttled.call('CheckCredential', { kind: 'token', user: null, secret, remoteAddress });
    await check(token, '2001:db8:1:2::1');
    for (let at = 0; at < 10; at += 1) throttle.failed(networkOf(`2001:db8:1:2::${at}`), undefined);
    const stranger = await refusalOf(check('x', '2001:db8:1:2:ffff::1'));
    expect(stranger?.detail.retryAfterMs).toBeGreaterThan(0);
    expect(await check(token, '2001:db8:1:2::2')).toMatchObject({ user: 'ivy' });
    await throttled.close();
  });

  it('wait no longer than somebody waits for the answer', async () => {
    const throttle = {
      admit: () => undefined,
      lineMs: () => 0,
      failed: () => 3_600_000,
      succeeded: () => undefined,
    };
    const slow = openTestShard(new MemoryStore(), {}, testSecurity({ throttle }));
    const signal = new TestCancel();
    const request = { kind: 'token', user: null, secret: 'x' } as const;
    const failing = refusalOf(slow.call('CheckCredential', request, signal));
    await new Promise((resolve) => setTimeout(resolve, 10));
    signal.cancel(new MillraceError('CANCELLED'));
    expect(await failing).toMatchObject(REFUSED);
    await slow.close();
  });
});
