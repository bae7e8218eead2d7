// Who is let in over a real port: credentials of a file, and origins that are listed. Rules: docs/semantics/http.md.

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRimBroker, type RimBroker, sqs, told } from './open-rim.ts';

let broker: RimBroker;
let directory: TemporaryDirectory;

beforeAll(async () => {
  broker = await openRimBroker();
  directory = new TemporaryDirectory('millrace-rim-files-');
});

afterAll(async () => {
  await broker.close();
  directory.remove();
});

describe('with credentials', () => {
  const digest = createHash('sha256').update('the token').digest('hex');
  const write = (name: string, file: object): string => {
    const path = `${directory.path}/${name}`;
    writeFileSync(path, JSON.stringify(file));
    return path;
  };

  test('[H-12] [H-13] REST takes a token; SQS is closed where nobody has a key', async () => {
    const path = write('tokens.json', { tokens: [{ name: 'ci', sha256: digest }] });
    const rim = await broker.open({ httpCredentials: path });
    const none = await fetch(`${rim.url}/topics`);
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer, Basic realm="millrace"',
    ]);
    expect(await told(fetch(`${rim.url}/nowhere`))).toBe('401 UNAUTHENTICATED');
    expect(await told(fetch(`${rim.url}/metrics`))).toBe('401 UNAUTHENTICATED');
    const headers = { authorization: 'Bearer the token' };
    expect(await told(fetch(`${rim.url}/topics`, { headers }))).toBe('401 UNAUTHENTICATED');
    expect((await fetch(`${rim.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${rim.url}/readyz`)).status).toBe(200);
    expect(await told(fetch(rim.url, sqs('ListQueues', {})))).toBe(
      '403 MissingAuthenticationTokenException',
    );
    expect(rim.lines.join()).not.toContain('the token');
    await rim.close();
  });

  test('[H-12] a token that is right lets REST in; [H-13] SQS asks for signatures where there are keys', async () => {
    const token = createHash('sha256').update('a-token').digest('hex');
    const path = write('all.json', {
      tokens: [{ name: 'ci', sha256: token }],
      accessKeys: [{ id: 'AKIDEXAMPLE', secret: 'a-secret' }],
    });
    const rim = await broker.open({ httpCredentials: path });
    const headers = { authorization: 'Bearer a-token' };
    expect((await fetch(`${rim.url}/topics`, { headers })).status).toBe(200);
    expect((await fetch(`${rim.url}/metrics`, { headers })).status).toBe(200);
    expect(await told(fetch(rim.url, sqs('ListQueues', {})))).toBe(
      '403 MissingAuthenticationTokenException',
    );
    expect((await fetch(rim.url, sqs('ListQueues', {}, headers))).status).not.toBe(200);
    await rim.close();
    expect(rim.lines.join()).not.toMatch(/a-token|a-secret/);
  });
});

test('[H-9] listed origins may use the gateway and read its answers', async () => {
  const rim = await broker.open({ httpCorsOrigins: 'https://console.example' });
  const origin = 'https://console.example';
  const preflight = await fetch(rim.url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-amz-target,content-type',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('x-amz-target');
  const replies = [
    preflight,
    await fetch(`${rim.url}/topics`, { headers: { origin } }),
    await fetch(rim.url, sqs('ListQueues', {}, { origin })),
  ];
  for (const reply of replies) {
    expect(reply.headers.get('access-control-allow-origin')).toBe(origin);
    expect(reply.headers.get('access-control-allow-credentials')).toBeNull();
  }
  expect(replies.map(({ status }) => status)).toEqual([204, 200, 200]);
  const evil = await fetch(`${rim.url}/topics`, { headers: { origin: 'https://evil.example' } });
  expect([evil.status, evil.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  await rim.close();
});
