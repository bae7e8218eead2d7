// Who is let in where the broker asks, and what of it: users of the broker, over REST and live. Rules: docs/semantics.

import { StartError } from '@millrace/options';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RimGateway, say, sqs, told } from '../http/open-rim.ts';
import { closeListeners, SocketListener, SseListener } from '../rest/support/listeners.ts';
import { basic, bearer, SecureStage } from './stage.ts';

let stage: SecureStage;
let rim: RimGateway;
let anna: string;
const NOBODY = '401 UNAUTHENTICATED';

beforeAll(async () => {
  stage = await SecureStage.start();
  rim = await stage.open();
  anna = await stage.user('anna');
  await stage.admin.admin.createTopic({ name: 'anna-mails' });
  await stage.admin.admin.createTopic({ name: 'other' });
});
afterEach(closeListeners);
afterAll(async () => {
  await rim.close();
  await stage.close();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${rim.url}${path}`, { headers });
const post = (path: string, body: unknown, headers: Record<string, string>) =>
  fetch(`${rim.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('who is let in', () => {
  test('[H-12] nobody who shows nothing, but to the pages of health', async () => {
    const none = await get('/topics');
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer, Basic realm="millrace"',
    ]);
    for (const path of ['/nowhere', '/metrics', '/live', '/openapi.json']) {
      expect(await told(get(path))).toBe(NOBODY);
    }
    for (const path of ['/healthz', '/readyz']) expect((await get(path)).status).toBe(200);
  });

  test('[H-12] a token, and a user with a password', async () => {
    for (const shown of [bearer(anna), basic('anna', "anna's password")]) {
      expect((await get('/topics/anna-mails', shown)).status).toBe(200);
    }
    expect((await get('/metrics', bearer(anna))).status).toBe(200);
    // The administrator is for the gateway of the broker's own process to act for.
    expect(await told(get('/topics', bearer(stage.adminToken)))).toBe('403 NOT_AUTHORIZED');
  });

  test('[H-15] [H-16] whatever is wrong, the answer is the same, and says nothing that was shown', async () => {
    const answers: unknown[] = [];
    const wrong = [
      basic('anna', 'a wrong secret'),
      basic('nobody', 'a wrong secret'),
      basic('admin', 'a wrong secret'),
      bearer(`${anna.slice(0, -2)}xx`),
      bearer('a-wrong-secret'),
      bearer(stage.gatewayToken.replace('mr_', 'mr_x')),
      { authorization: `Bearer ${'x'.repeat(5_000)}` },
      { authorization: 'Digest a-wrong-secret' },
      { authorization: 'Basic ???' },
    ];
    for (const shown of wrong) {
      const reply = await get('/topics/anna-mails', shown);
      const { requestId: _, ...problem } = (await reply.json()) as Record<string, unknown>;
      answers.push([reply.status, problem]);
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject([401, { code: 'UNAUTHENTICATED' }]);
    expect(JSON.stringify([answers, rim.lines])).not.toMatch(/wrong.secret|mr_/);
  });

  test('[H-13] requests of the SQS API are signed, or refused', async () => {
    const unsigned = '403 MissingAuthenticationTokenException';
    expect(await told(fetch(rim.url, sqs('ListQueues', {})))).toBe(unsigned);
    expect(await told(fetch(rim.url, sqs('ListQueues', {}, bearer(anna))))).toBe(
      '400 IncompleteSignatureException',
    );
  });
});

describe('before it is known who sends', () => {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `AKIDNOBODYS/${time.slice(0, 8)}/us-east-1/sqs/aws4_request`;
  const signed = `Authorization: AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-target, Signature=${'0'.repeat(64)}\r\nX-Amz-Date: ${time}\r\n`;
  const action =
    'X-Amz-Target: AmazonSQS.SendMessage\r\nContent-Type: application/x-amz-json-1.0\r\n';
  const long = 'Content-Length: 100000\r\n';

  test.each([
    ['no signature', '/', action + long, /^HTTP\/1\.1 403 [\s\S]*MissingAuthenticationToken/],
    [
      'no length',
      '/',
      `${action}Transfer-Encoding: chunked\r\n`,
      /^HTTP\/1\.1 403 [\s\S]*MissingAuth/,
    ],
    [
      'a key that nobody has',
      '/',
      action + signed + long,
      /^HTTP\/1\.1 403 [\s\S]*InvalidClientTokenId/,
    ],
    ['a login', '/session', `Content-Type: application/json\r\n${long}`, /^HTTP\/1\.1 413 /],
  ])('[H-33] a large body is not waited for: %s', async (_, path, headers, answer) => {
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`;
    const { socket } = say(rim.port, head);
    let heard = '';
    socket.on('data', (bytes) => {
      heard += String(bytes);
    });
    await expect.poll(() => heard, { timeout: 20_000 }).toMatch(answer);
    socket.destroy();
  });
});

describe('what a user may do', () => {
  test('[A-60] is the broker’s to say: 403 elsewhere, whether or not it is there', async () => {
    const sent = await post('/produce', { topic: 'anna-mails', payload: 1 }, bearer(anna));
    expect(sent.status).toBe(201);
    for (const topic of ['other', 'not-there']) {
      expect(await told(post('/produce', { topic, payload: 1 }, bearer(anna)))).toBe(
        '403 NOT_AUTHORIZED',
      );
      expect(await told(get(`/topics/${topic}`, bearer(anna)))).toBe('403 NOT_AUTHORIZED');
    }
    const { topics } = (await (await get('/topics', bearer(anna))).json()) as {
      topics: { name: string }[];
    };
    expect(topics.map(({ name }) => name)).toEqual(['anna-mails']);
  });

  test('[A-61] what one user was told, another does not learn', async () => {
    const bert = await stage.user('bert');
    expect((await post('/queues', { name: 'anna-queue' }, bearer(anna))).status).toBe(201);
    const enqueue = (token: string) =>
      post('/queues/anna-queue/messages', { payload: 1 }, bearer(token));
    expect((await enqueue(anna)).status).toBe(201);
    expect(await told(enqueue(bert))).toBe('403 NOT_AUTHORIZED');
    const board = async (token: string) => {
      const reply = (await (await get('/dashboard', bearer(token))).json()) as {
        queues: { queue: string }[];
      };
      return reply.queues.map(({ queue }) => queue);
    };
    expect(await board(anna)).toEqual(['anna-queue']);
    expect(await board(bert)).toEqual([]);
  });
});

test('[A-65] a gateway has to log in, as a user that may delegate', async () => {
  await expect(stage.broker.open()).rejects.toThrow(
    /^The broker asks who the gateway is: give --broker-token-file/,
  );
  const wrong = { auth: { token: stage.gatewayToken.replace(/.{4}$/, 'AAAA') } };
  await expect(stage.broker.open({}, wrong)).rejects.toThrow(/does not let the gateway in/);
  const mere = { auth: { token: await stage.user('mere') } };
  const refused = stage.broker.open({}, mere);
  await expect(refused).rejects.toThrow(/needs a rule that allows it to delegate on the cluster/);
  await expect(refused).rejects.toBeInstanceOf(StartError);
});

describe('what is taken away', () => {
  test('[A-62] a revoked token is good for seconds more, and feeds under it end', async () => {
    const carl = await stage.user('carl');
    await stage.admin.admin.createTopic({ name: 'carl-log' });
    const headers = bearer(carl);
    const socket = await SocketListener.open(`${rim.url}/topics/carl-log/tail`, { headers });
    const events = await SseListener.open(`${rim.url}/live?queues=*`, { headers });
    await events.until(({ length }) => length > 0);
    const [user] = await stage.admin.admin.security.listUsers(['carl']);
    const tokenId = user?.tokens[0]?.tokenId ?? '';
    await stage.admin.admin.security.revokeToken(tokenId);
    expect(await socket.ended).toEqual({ code: 1008, reason: 'UNAUTHENTICATED' });
    await events.ended;
    expect(events.events.at(-1)).toMatchObject({
      event: 'failure',
      data: { status: 401, code: 'UNAUTHENTICATED' },
    });
    expect(await told(get('/topics', headers))).toBe(NOBODY);
    // The user itself is still there.
    expect((await get('/topics', basic('carl', "carl's password"))).status).toBe(200);
  });

  test('[A-62] so is a user that is deleted', async () => {
    const dora = await stage.user('dora');
    expect((await get('/topics', bearer(dora))).status).toBe(200);
    await stage.admin.admin.security.deleteUser('dora');
    await expect.poll(() => told(get('/topics', bearer(dora))), { timeout: 20_000 }).toBe(NOBODY);
  });
});

describe('[A-60] what the page asks for', () => {
  const ID = '00000001-0000-8000-8000-000000000000';
  const ask = (method: string, path: string, body?: unknown) =>
    fetch(`${rim.url}${path}`, {
      method,
      headers: {
        ...bearer(anna),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const MESSAGE = { topic: 'other', everyMs: 60_000, payload: 1 };

  test('is refused to whoever has no right to it, whether or not it is there', async () => {
    await stage.admin.admin.createShareGroup({ group: 'other', topics: ['other'] });
    const asked: [string, string, unknown?][] = [
      ['GET', '/brokers'],
      ['GET', '/topics/other/groups'],
      ['POST', '/schedules', { name: 'new', ...MESSAGE }],
      ['PUT', '/schedules/new', MESSAGE],
    ];
    for (const queue of ['other', 'none']) {
      asked.push(['GET', `/topics/${queue}/search`]);
      for (const list of ['leases', 'scheduled', 'blocked-keys', 'dead-letters']) {
        asked.push(['GET', `/queues/${queue}/${list}`]);
      }
      for (const change of ['retry', 'cancel', 'dead-letter']) {
        asked.push(['POST', `/queues/${queue}/messages/${change}`, { ids: [ID] }]);
      }
    }
    for (const [method, path, body] of asked) {
      const answer = await told(ask(method, path, body));
      expect(`${method} ${path} ${answer}`).toBe(`${method} ${path} 403 NOT_AUTHORIZED`);
    }
  });

  test('shows of lists what the user may describe', async () => {
    await stage.admin.admin.createSchedule({ ...MESSAGE, name: 'hidden', value: 'text' });
    await stage.admin.admin.createTopic({ name: 'hidden-dlq' });
    const settings = { topics: ['anna-mails'], deadLetterTopic: 'hidden-dlq' };
    await stage.admin.admin.createShareGroup({ group: 'anna-work', ...settings });
    const schedules = await (await ask('GET', '/schedules')).text();
    const letters = await (await ask('GET', '/dead-letters')).text();
    expect(schedules).toBe('{"schedules":[],"next":null}');
    const { topics } = JSON.parse(letters) as { topics: { topic: string }[] };
    expect(topics.map(({ topic }) => topic)).toEqual(['anna-queue.dlq']);
  });
});
