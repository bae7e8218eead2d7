// TLS: who is trusted, who shows a certificate, what is said where one side speaks it and the other does not, and
// certificates that change under way. Needs the program openssl.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { TestCertificates } from '@millrace/harness';
import { encodeErrorResponse, MillraceError } from '@millrace/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectOptions } from '../src/index.ts';
import { cleanup, clientOf, eventually, rejection } from './support/eventually.ts';
import { FakeBroker, hello } from './support/fake-broker.ts';

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const MALFORMED = new MillraceError('MALFORMED_FRAME');
const read = (file: string) => readFileSync(file, 'utf8');

describe.skipIf(!hasOpenssl)('TLS (needs openssl)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
  let certificates: TestCertificates;
  let ca = '';
  let server = { cert: '', key: '' };
  let alice = { cert: '', key: '' };

  beforeAll(async () => {
    certificates = await TestCertificates.make(directory);
    ca = read(certificates.ca);
    server = pemOf(certificates.server);
    alice = pemOf(await certificates.client('alice'));
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true }));

  function pemOf({ cert, key }: { readonly cert: string; readonly key: string }) {
    return { cert: read(cert), key: read(key) };
  }

  async function tlsBroker(more: object = {}): Promise<FakeBroker> {
    const broker = new FakeBroker();
    broker.tls = { ...server, ...more };
    await broker.listen();
    cleanup(() => broker.stop());
    return broker;
  }

  const refusal = async (broker: FakeBroker, options: Partial<ConnectOptions>) =>
    rejection(clientOf(broker, options));

  it('carries requests, larger than one read too', async () => {
    const broker = await tlsBroker();
    broker.handlers.Metadata = () => ({
      brokers: [{ brokerId: 1, host: 'h'.repeat(200), port: 1 }],
      topics: Array.from({ length: 5_000 }, (_, at) => ({
        errorCode: 0,
        errorMessage: null,
        name: `topic-${at}-${'x'.repeat(100)}`,
        topicId: at + 1,
        leaders: [1],
      })),
    });
    const client = await clientOf(broker, { tls: { ca } });
    const replies = await Promise.all([1, 2, 3].map(() => client.request('Metadata', {})));
    for (const { topics } of replies) expect(topics.at(-1)?.name).toContain('topic-4999');
    expect(inspect(client, { depth: 20 })).not.toContain('BEGIN');
  });

  it('trusts nobody it was not told to trust', async () => {
    const broker = await tlsBroker();
    const error = await refusal(broker, { tls: true });
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', message: /TLS: .*certificate/ });
    expect(broker.seen).toEqual([]);
    const other = await refusal(broker, { tls: { ca, servername: 'other.example' } });
    expect(other.message).toMatch(/not in the cert's altnames/);
    await clientOf(broker, { tls: { rejectUnauthorized: false } });
  });

  it('takes the name that the certificate has to bear', async () => {
    const broker = await tlsBroker();
    const byName = await clientOf({ address: `localhost:${broker.port}` }, { tls: { ca } });
    const named = await clientOf(broker, { tls: { ca, servername: 'localhost' } });
    expect([byName.isConnected, named.isConnected]).toEqual([true, true]);
  });

  it('shows a certificate where one is asked for', async () => {
    const broker = await tlsBroker({ ca, requestCert: true, rejectUnauthorized: true });
    broker.handlers.Hello = (request) => ({
      ...hello(),
      user: request.mechanism === 'EXTERNAL' ? 'alice' : null,
    });
    const auth = { certificate: true } as const;
    const client = await clientOf(broker, { tls: { ca, ...alice }, auth });
    expect(client.broker.user).toBe('alice');
    expect(broker.requests('Hello')[0]).toMatchObject({ mechanism: 'EXTERNAL', credentials: null });
    expect((await refusal(broker, { tls: { ca } })).message).toMatch(/certificate required/);
  });

  it('asks for certificates anew at each connect', async () => {
    const broker = await tlsBroker();
    let asked = 0;
    const tls = () => {
      asked += 1;
      return { ca };
    };
    const client = await clientOf(broker, { tls });
    broker.drop();
    await eventually(() => broker.count('Hello') === 2 && client.isConnected);
    expect(asked).toBe(2);
  });

  it('says so where the broker speaks TLS and the client does not', async () => {
    const error = await refusal(await tlsBroker(), {});
    expect(error.message).toMatch(/closed by the broker without a word \(TLS on one side only\?\)/);
  });

  it('says so where the client speaks TLS and the broker does not', async () => {
    const plain = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(encodeErrorResponse(0, MALFORMED)));
    });
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    cleanup(async () => plain.close());
    const { port } = plain.address() as AddressInfo;
    const error = await rejection(clientOf({ address: `127.0.0.1:${port}` }, { tls: true }));
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', message: /TLS: .*wrong version/ });
  });
});
