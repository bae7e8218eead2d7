// The audit log tells from where somebody came who asked a gateway: through a real gateway and broker, from several addresses of
// this machine. Nobody who may not delegate says so of another address.

import { type IncomingHttpHeaders, request } from 'node:http';
import { codecs, connect } from '@millrace/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RimGateway } from '../http/open-rim.ts';
import { basic, bearer, SecureStage } from './stage.ts';

const GATEWAY = '127.0.0.1';
const [FIRST, SECOND] = ['127.0.0.2', '127.0.0.3'] as const;
const FORGED = '198.51.100.7';
const POLL = { timeout: 20_000 };

let stage: SecureStage;
let rim: RimGateway;
let token: string;

beforeAll(async () => {
  stage = await SecureStage.start();
  rim = await stage.open();
  token = await stage.user('alice');
});
afterAll(async () => {
  await rim.close();
  await stage.close();
});

/** Makes a topic from an address; the status of the answer. */
function makeTopic(
  name: string,
  localAddress: string,
  headers: IncomingHttpHeaders = bearer(token),
): Promise<number | undefined> {
  const type = { 'content-type': 'application/json', 'x-forwarded-for': FORGED };
  return new Promise((resolve, reject) => {
    const asked = request(
      { port: rim.port, host: GATEWAY, localAddress, path: '/topics', method: 'POST' },
      (reply) => {
        reply.resume().once('end', () => resolve(reply.statusCode));
      },
    );
    for (const [field, value] of Object.entries({ ...type, ...headers })) {
      asked.setHeader(field, value ?? '');
    }
    asked.once('error', reject).end(JSON.stringify({ name }));
  });
}

function told(event: string, more: Record<string, unknown>): Record<string, unknown>[] {
  const wanted = Object.entries({ event, ...more });
  return stage.audit().filter((line) => wanted.every(([field, value]) => line[field] === value));
}

test('what is done, refused and logged in over HTTP bears the address of who asked [A-36] [A-68]', async () => {
  const through = { user: 'edge', onBehalfOf: 'alice', gatewayAddress: GATEWAY };
  for (const from of [FIRST, SECOND]) {
    expect(await makeTopic(`alice-${from}`, from)).toBe(201);
    expect(await makeTopic('of-others', from)).toBe(403);
    const here = { ...through, remoteAddress: from };
    await expect.poll(() => told('login', here), POLL).not.toEqual([]);
    await expect
      .poll(() => told('change', { ...here, name: `alice-${from}` }), POLL)
      .toHaveLength(1);
    await expect.poll(() => told('denied', { ...here, name: 'of-others' }), POLL).toHaveLength(1);
  }
  expect(await makeTopic('x', SECOND, basic('alice', 'wrong'))).toBe(401);
  const failed = { user: 'alice', remoteAddress: SECOND, gatewayAddress: GATEWAY };
  await expect.poll(() => told('login_failed', failed), POLL).toHaveLength(1);
  // What a caller says of itself in a header is not believed.
  expect(JSON.stringify(stage.audit())).not.toContain(FORGED);
});

test('who may not delegate forges no address [A-16] [A-68]', async () => {
  const how = { brokers: stage.broker.process.address, codec: codecs.bytes, logger: null };
  const auth = { token };
  await expect(connect({ ...how, auth, actAs: 'admin', actFor: FORGED })).rejects.toMatchObject({
    code: 'NOT_AUTHORIZED',
  });
  await expect(connect({ ...how, auth, actAs: 'alice', actFor: FORGED })).rejects.toMatchObject({
    code: 'NOT_AUTHORIZED',
  });
  const alice = await connect({ ...how, auth, actFor: FORGED });
  await expect(alice.request('CreateTopic', { name: 'of-nobody' })).rejects.toMatchObject({
    code: 'NOT_AUTHORIZED',
  });
  const check = { kind: 'token', user: null, secret: 'mr_x', remoteAddress: FORGED } as const;
  await expect(alice.request('CheckCredential', check)).rejects.toMatchObject({
    code: 'NOT_AUTHORIZED',
  });
  await alice.close();
  const own = { user: 'alice', remoteAddress: GATEWAY, gatewayAddress: undefined };
  await expect.poll(() => told('denied', { ...own, operation: 'delegate' }), POLL).not.toEqual([]);
  await expect.poll(() => told('denied', { ...own, name: 'of-nobody' }), POLL).toHaveLength(1);
  expect(JSON.stringify(stage.audit())).not.toContain(FORGED);
});
