// Logging in: passwords, tokens, what a client asks of its broker, and what becomes of requests while it is not let in.
import { inspect } from 'node:util';
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { connect } from '../src/index.ts';
import { ScramExchange } from '../src/net/scram.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { type Handlers, hello, SILENT } from './support/fake-broker.ts';
import { type ScramServerOptions, scramHandlers } from './support/scram-server.ts';

const ALICE = { user: 'alice', password: 'correct horse' };
const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString();

/** Takes this token, and no other. */
function tokenHandlers(known: { token: string }): Handlers {
  return {
    Hello: (request) =>
      request.mechanism === 'TOKEN' && text(request.credentials) === known.token
        ? { ...hello(), user: 'app' }
        : new MillraceError('AUTHENTICATION_FAILED'),
  };
}

describe('SCRAM-SHA-256', () => {
  it('says what the example of RFC 7677 says', async () => {
    const exchange = new ScramExchange('user', 'pencil', 'rOprNGfwEbeRWgbNEkqO');
    expect(text(exchange.credentials)).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const first = `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
    expect(text(await exchange.answer(Buffer.from(first)))).toBe(
      `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    );
    const last = Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
    expect(() => exchange.finish(last)).not.toThrow();
    expect(() => exchange.finish(null)).toThrow(/did not prove/);
  });

  it('logs in, and tells nobody the password', async () => {
    const broker = await fakeBroker(scramHandlers(ALICE));
    const client = await clientOf(broker, { auth: ALICE });
    expect(client.broker.user).toBe('alice');
    expect(inspect(client, { depth: 20, showHidden: true })).not.toContain(ALICE.password);
    expect(inspect(broker.seen, { depth: 20 })).not.toContain(ALICE.password);
  });

  it('takes names with signs that mean something there', async () => {
    const broker = await fakeBroker(scramHandlers({ ...ALICE, user: 'a=3Db=2Cc' }));
    const client = await clientOf(broker, { auth: { ...ALICE, user: 'a=b,c' } });
    expect(client.broker.user).toBe('a=3Db=2Cc');
  });

  it('is refused with a wrong password, at once', async () => {
    const broker = await fakeBroker(scramHandlers(ALICE));
    const auth = { ...ALICE, password: 'wrong' };
    const options = { brokers: broker.address, auth, waitForBrokerMs: 60_000, logger: null };
    const error = await rejection(connect(options));
    expect(error.code).toBe('AUTHENTICATION_FAILED');
    expect(broker.count('Hello')).toBe(1);
  });

  const bent: [string, NonNullable<ScramServerOptions['bend']>, RegExp][] = [
    ['another nonce', { first: (s) => s.replace('r=', 'r=x') }, /not of this exchange/],
    ['no message', { first: () => 'hello' }, /not of this exchange/],
    ['few rounds', { first: (s) => s.replace(/i=.*/, 'i=1') }, /1 rounds/],
    ['endless rounds', { first: (s) => s.replace(/i=.*/, 'i=999999999') }, /999999999 rounds/],
    ['no proof of its own', { last: () => null }, /did not prove/],
    ['a wrong proof', { last: () => `v=${Buffer.alloc(32).toString('base64')}` }, /did not prove/],
  ];
  it.each(bent)('trusts no broker with %s', async (_, bend, why) => {
    const broker = await fakeBroker(scramHandlers({ ...ALICE, bend }));
    const error = await rejection(clientOf(broker, { auth: ALICE }));
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', message: why });
  });

  it('trusts no broker that lets it in without an exchange', async () => {
    const broker = await fakeBroker({
      Hello: () => ({ ...hello(), user: 'alice' }),
    });
    const error = await rejection(clientOf(broker, { auth: ALICE }));
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', message: /did not prove/ });
  });
});

describe('a login', () => {
  it('with a password takes no broker that asks nobody', async () => {
    const error = await rejection(clientOf(await fakeBroker(), { auth: ALICE }));
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', message: /did not prove/ });
  });

  it('that the broker has no use for may be waited with, until it has', async () => {
    const broker = await fakeBroker();
    const useless = new MillraceError('INVALID_REQUEST', 'no', { field: 'mechanism' });
    broker.handlers.Hello = () => useless;
    const connecting = clientOf(broker, { auth: ALICE, waitForBrokerMs: 60_000 });
    await eventually(() => broker.count('Hello') > 1);
    Object.assign(broker.handlers, scramHandlers(ALICE));
    expect((await connecting).broker.user).toBe('alice');
  });

  it('says what is needed where there was none', async () => {
    const broker = await fakeBroker(scramHandlers(ALICE));
    expect((await rejection(clientOf(broker))).code).toBe('AUTHENTICATION_REQUIRED');
  });

  it('with a token asks for it at each connect: rotation', async () => {
    const known = { token: 'mr_one' };
    const broker = await fakeBroker(tokenHandlers(known));
    let mine = 'mr_one';
    const client = await clientOf(broker, { auth: { token: async () => mine } });
    expect(client.broker.user).toBe('app');
    known.token = 'mr_two';
    broker.drop();
    await eventually(() => broker.count('Hello') > 3);
    const waiting = client.request('Metadata', { topics: [] });
    mine = 'mr_two';
    expect(await waiting).toEqual({ brokers: [], topics: [] });
  });

  it('that is refused later is what requests end with', async () => {
    const known = { token: 'mr_one' };
    const broker = await fakeBroker(tokenHandlers(known));
    const client = await clientOf(broker, { auth: { token: 'mr_one' } });
    known.token = 'gone';
    broker.drop();
    await eventually(() => broker.count('Hello') > 1);
    const error = await rejection(client.request('Metadata', {}, { timeoutMs: 100 }));
    expect(error.code).toBe('AUTHENTICATION_FAILED');
  });

  it('waits for as long as the broker says', async () => {
    const broker = await fakeBroker();
    const client = await clientOf(broker);
    const throttled = new MillraceError('AUTHENTICATION_FAILED', undefined, { retryAfterMs: 400 });
    broker.handlers.Hello = () => throttled;
    broker.drop();
    await eventually(() => broker.count('Hello') === 3);
    const [, second, third] = broker.seen.filter(({ api }) => api === 'Hello');
    expect((third?.atMs ?? 0) - (second?.atMs ?? 0)).toBeGreaterThan(390);
    await client.close();
  });

  it('acts for a user, where a gateway asks for it', async () => {
    const broker = await fakeBroker(tokenHandlers({ token: 'mr_gate' }));
    await clientOf(broker, { auth: { token: 'mr_gate' }, actAs: 'bob', actFor: '10.0.0.9' });
    expect(broker.requests('Hello')[0]).toMatchObject({ actAs: 'bob', actFor: '10.0.0.9' });
  });

  it('goes on with another connection where the broker says why it ends one', async () => {
    const broker = await fakeBroker();
    const client = await clientOf(broker);
    const gone = new MillraceError('AUTHENTICATION_FAILED', 'The token was revoked.');
    let isFirst = true;
    broker.handlers.Metadata = (_, { connection }) => {
      if (!isFirst) return { brokers: [], topics: [] };
      isFirst = false;
      connection.dismiss(gone);
      return SILENT;
    };
    expect(await client.request('Metadata', {})).toEqual({ brokers: [], topics: [] });
    expect(broker.count('Hello')).toBe(2);
  });
});

describe('what is refused before anything is sent', () => {
  const refused: [string, object][] = [
    ['auth.user', { auth: { user: '', password: 'x' } }],
    ['auth.password', { auth: { user: 'a', password: '' } }],
    ['auth.token', { auth: { token: 'x'.repeat(5_000) } }],
    ['auth.token', { brokers: '10.1.2.3', auth: { token: 'mr_x' } }],
    ['auth.certificate', { auth: { certificate: true } }],
    ['tls.key', { tls: { cert: 'x' } }],
    ['tls', { tls: { ca: 'no certificate', cert: 'x', key: 'y' } }],
    ['tls.rejectUnauthorized', { tls: { rejectUnauthorized: 'no' } }],
    ['actAs', { actAs: '' }],
  ];
  it.each(refused)('%s %#', async (field, options) => {
    const error = await rejection(connect({ brokers: '127.0.0.1:1', ...options }));
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', detail: { field } });
  });

  it('a secret that its function does not give in time, or at all', async () => {
    const broker = await fakeBroker();
    const never = { token: () => new Promise<string>(() => {}) };
    const late = await rejection(clientOf(broker, { auth: never, connectTimeoutMs: 50 }));
    expect(late).toMatchObject({ code: 'CONNECTION_LOST', message: /within 50 ms/ });
    const broken = { token: () => Promise.reject(new Error('vault is sealed')) };
    const error = await rejection(clientOf(broker, { auth: broken }));
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', message: /vault is sealed/ });
    expect(broker.seen).toEqual([]);
  });
});
