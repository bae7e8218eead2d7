// `users`, `tokens`, `keys` and `acls` with a client that answers by heart: what is asked of it, and what is printed.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { MillraceError } from '@millrace/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { EXIT } from '../src/errors/exit-codes.ts';
import { fakeTerminal } from './support/fake-terminal.ts';
import { documentOf, runWith } from './support/run-with.ts';

const directory = mkdtempSync(join(tmpdir(), 'millrace-security-'));
afterAll(() => rmSync(directory, { recursive: true }));

const words = (line: string): string[] => line.split(' ');
const RATES = { produceBytesPerSecond: 1_024, fetchBytesPerSecond: null, requestsPerSecond: null };

const ALICE = {
  user: 'alice',
  createdAtMs: 0,
  superuser: true,
  disabled: false,
  hasPassword: true,
  quotas: RATES,
  tokens: [{ tokenId: 't1', label: 'ci', createdAtMs: 0, expiresAtMs: 1_000 }],
  accessKeys: [{ accessKeyId: 'MRK1', label: null, createdAtMs: 0, expiresAtMs: null }],
};

/** What is done is kept. */
function broker(allowed = true) {
  const done: unknown[] = [];
  const keep =
    <R>(reply: R) =>
    async (input: unknown) => {
      done.push(input);
      return reply;
    };
  const rule = {
    user: 'alice',
    effect: 'allow',
    resource: 'topic',
    pattern: 'prefix',
    name: 'orders.',
    operation: 'read',
  };
  const listUsers = async (names?: readonly string[]) => {
    if (names?.includes('nobody')) throw new MillraceError('UNKNOWN_USER');
    return [ALICE];
  };
  const security = {
    listUsers,
    createUser: keep(undefined),
    alterUser: keep(undefined),
    deleteUser: keep({ tokens: 1, accessKeys: 0, rules: 2 }),
    createToken: keep({ tokenId: 't2', token: 'mr_t2_secret' }),
    revokeToken: keep({ user: 'alice' }),
    createAccessKey: keep({ accessKeyId: 'MRK2', secret: 'key secret' }),
    revokeAccessKey: keep({ user: 'alice' }),
    alterAcls: keep({ added: 2, removed: 0 }),
    listAcls: async () => [rule],
    checkAccess: async () => {
      const answers = [{ allowed, rule: allowed ? rule : null }];
      return { user: 'alice', superuser: false, answers };
    },
  };
  return { admin: { security }, done };
}

describe('users', () => {
  it('are created with a password from stdin, and bounded', async () => {
    const fake = broker();
    const argv = words('users create bob --new-password-file - --quota-produce 10MiB');
    const { out, exit } = await runWith(fake, argv, { input: 'secret\n' });
    expect({ out, exit }).toEqual({ out: 'Created user bob.\n', exit: EXIT.ok });
    const quotas = { ...RATES, produceBytesPerSecond: 10 * 1_024 * 1_024 };
    expect(fake.done).toEqual([{ user: 'bob', password: 'secret', superuser: false, quotas }]);
  });

  it('have a password that was typed twice the same', async () => {
    const typed = async (...lines: string[]) => {
      const input = new PassThrough();
      const fake = broker();
      const terminal = fakeTerminal({ input, isTTY: true });
      const ran = runWith(fake, words('users passwd alice'), { terminal });
      for (const [at, line] of lines.entries()) {
        const asked = () => terminal.err().split(': ').length > at + 1;
        await expect.poll(asked).toBe(true);
        input.write(`${line}\r`);
      }
      return { ...(await ran), done: fake.done };
    };
    const same = await typed('hidden', 'hidden');
    expect(same.done).toEqual([{ user: 'alice', password: 'hidden' }]);
    expect(same.err + same.out).not.toContain('hidden');
    const other = await typed('hidden', 'other');
    expect(other.error?.message).toMatch(/not the same/);
    expect(other.done).toEqual([]);
  });

  it('without a password, and only where that is said', async () => {
    const fake = broker();
    await runWith(fake, words('users create app --no-password --superuser'));
    expect(fake.done).toEqual([{ user: 'app', superuser: true }]);
    const { error } = await documentOf(broker(), 'users create app');
    expect(error?.message).toMatch(/--new-password-file/);
  });

  it('are listed with what they log in by', async () => {
    const { out } = await runWith(broker(), words('users list'));
    expect(out).toMatch(
      /alice +password, 1 token, 1 access key +superuser +produce 1 KiB\/s +1970-01-01/,
    );
    expect((await documentOf(broker(), 'users list')).document).toEqual({ users: [ALICE] });
    expect((await documentOf(broker(), 'users list nobody')).error?.exit).toBe('notFound');
  });

  it('keep the quotas that are not named', async () => {
    const fake = broker();
    await runWith(fake, words('users alter alice --quota-requests 50 --disabled on'));
    expect(fake.done).toEqual([
      { user: 'alice', disabled: true, quotas: { ...RATES, requestsPerSecond: 50 } },
    ]);
    await runWith(fake, words('users alter alice --quota-produce Default'));
    const none = { ...RATES, produceBytesPerSecond: null };
    expect(fake.done[1]).toEqual({ user: 'alice', quotas: none });
    expect((await documentOf(broker(), 'users alter alice')).error?.exit).toBe('usage');
    const nothing = await documentOf(broker(), 'users alter alice --quota-produce 0');
    expect(nothing.error?.message).toMatch(/disable it/);
  });

  it('are deleted with all they had, when somebody says yes', async () => {
    expect((await documentOf(broker(), 'users delete alice')).error?.exit).toBe('usage');
    const { document } = await documentOf(broker(), 'users delete alice nobody --yes --if-exists');
    const gone = { user: 'alice', tokens: 1, accessKeys: 0, rules: 2 };
    expect(document).toEqual({ deleted: [gone] });
  });
});

describe('tokens and keys', () => {
  it('are shown once', async () => {
    const fake = broker();
    const { out } = await runWith(fake, words('tokens create alice --label ci --expires-in 1d'));
    expect(out).toContain('mr_t2_secret');
    expect(out).toMatch(/shown this once: nobody can ask the broker for it again/);
    const [{ expiresAtMs = 0 }] = fake.done as [{ expiresAtMs?: number }];
    expect(Math.abs(expiresAtMs - Date.now() - 86_400_000)).toBeLessThan(60_000);
    const { out: bare } = await runWith(broker(), words('tokens create alice --quiet'));
    expect(bare).toBe('mr_t2_secret\n');
    const { document } = await documentOf(broker(), 'keys create alice');
    expect(document).toMatchObject({ accessKeyId: 'MRK2', secret: 'key secret' });
  });

  it('go to a file of their owner instead', async () => {
    const file = join(directory, 'alice.token');
    const { out } = await runWith(broker(), ['tokens', 'create', 'alice', '--out', file]);
    expect(out).not.toContain('mr_t2_secret');
    expect(readFileSync(file, 'utf8')).toBe('mr_t2_secret\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const fake = broker();
    const { error } = await runWith(fake, ['keys', 'create', 'alice', '--out', file]);
    expect(error).toMatchObject({ exit: 'conflict', code: 'EEXIST' });
    expect(fake.done).toEqual([]);
  });

  it('leave no file where none was made', async () => {
    const fake = broker();
    fake.admin.security.createToken = async () => {
      throw new MillraceError('LIMIT_EXCEEDED');
    };
    const file = join(directory, 'none.token');
    const { error } = await runWith(fake, ['tokens', 'create', 'alice', '--out', file]);
    expect(error?.code).toBe('LIMIT_EXCEEDED');
    expect(() => statSync(file)).toThrow(/ENOENT/);
  });

  it('are taken over with their secret', async () => {
    const fake = broker();
    const argv = words('keys create alice --id AKIA1 --secret-file -');
    await runWith(fake, argv, { input: 'old secret\n' });
    expect(fake.done).toEqual([{ user: 'alice', accessKeyId: 'AKIA1', secret: 'old secret' }]);
    expect((await documentOf(broker(), 'keys create a --id AKIA1')).error?.exit).toBe('usage');
  });

  it('are listed and revoked', async () => {
    const { out } = await runWith(broker(), words('tokens list'));
    expect(out).toMatch(/alice +t1 +ci +1970-01-01 00:00:00Z +expired 1970-01-01 00:00:01Z/);
    expect((await runWith(broker(), words('keys list'))).out).toMatch(/alice +MRK1 +- .* never/);
    const fake = broker();
    const { document } = await documentOf(fake, 'tokens revoke t1 t1 --yes');
    expect(document).toEqual({ revoked: [{ tokenId: 't1', user: 'alice' }] });
    await documentOf(fake, 'keys revoke MRK1 --yes');
    expect(fake.done).toEqual(['t1', 'MRK1']);
    expect((await documentOf(broker(), 'keys revoke MRK1')).error?.exit).toBe('usage');
  });
});

describe('acls', () => {
  it('are added and removed as they are written', async () => {
    const fake = broker();
    const { out } = await runWith(fake, words('acls add alice read,Write topic orders.*'));
    expect(out).toBe(
      'Added: allow alice to read topic orders.*; allow alice to write topic orders.*.\n',
    );
    const orders = { user: 'alice', effect: 'allow', resource: 'topic', pattern: 'prefix' };
    const read = { ...orders, name: 'orders.', operation: 'read' };
    expect(fake.done).toEqual([{ add: [read, { ...read, operation: 'write' }] }]);
    const { document } = await documentOf(fake, 'acls remove * all cluster --deny');
    const cluster = { user: '*', effect: 'deny', resource: 'cluster', pattern: 'literal' };
    expect(document).toMatchObject({ rules: [{ ...cluster, name: '', operation: 'all' }] });
  });

  it.each([
    ['acls add a fly topic t', /none of all, describe/],
    ['acls add a read topic', /name the topic/],
    ['acls add a read cluster c', /no name/],
    ['acls add a read topic *.x', /a star stands at the end/],
    ['acls add a read galaxy t', /Allowed choices/],
  ])('are refused: %s', async (line, why) => {
    const { error } = await documentOf(broker(), line);
    expect(error).toMatchObject({ exit: 'usage', message: why });
  });

  it('are listed', async () => {
    const { out } = await runWith(broker(), words('acls list'));
    expect(out).toMatch(/alice +allow +read +topic +orders\.\*/);
  });

  it('are checked, with an exit code for the answer', async () => {
    const yes = await runWith(broker(), words('acls check alice read topic orders.eu'));
    expect(yes.out).toBe('alice may read topic orders.eu: allow alice to read topic orders.*.\n');
    expect(yes.exit).toBe(EXIT.ok);
    const no = await documentOf(broker(false), 'acls check - read topic t');
    expect(no.document).toMatchObject({ user: 'alice', allowed: false, rule: null });
    expect(no.exit).toBe(EXIT.denied);
  });
});
