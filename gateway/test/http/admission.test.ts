// Whose pages are let in over a real port: origins that are listed. Rules: docs/semantics/http.md.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRimBroker, type RimBroker, sqs } from './open-rim.ts';

let broker: RimBroker;

beforeAll(async () => {
  broker = await openRimBroker();
});

afterAll(() => broker.close());

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
