// Whoever has a network of IPv6 has no more turns than whoever has one address. Requests are injected: a test has no such network.

import { defaultsOf } from '@millrace/options';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { admitRequests } from '../../src/http/admit.ts';
import { WaitingCallers } from '../../src/http/waiting-callers.ts';
import { GatewayMetrics } from '../../src/metrics/gateway-metrics.ts';
import { GATEWAY_OPTIONS } from '../../src/options/table.ts';
import type { App, Services } from '../../src/services.ts';
import { Remembered } from '../../src/visitors/remembered.ts';

test('[H-19] requests a second are counted by network of IPv6', async () => {
  const app = fastify() as unknown as App;
  const closing = new AbortController().signal;
  const services: Services = {
    sessionOf: () => {
      throw new Error('no route asks');
    },
    visitors: undefined,
    closing,
    waiting: new WaitingCallers(closing),
    metrics: new GatewayMetrics(),
  };
  await admitRequests(app, services, { ...defaultsOf(GATEWAY_OPTIONS), httpRateLimit: 10 });
  app.get('/topics', () => ({}));
  const ask = async (remoteAddress: string) =>
    (await app.inject({ url: '/topics', remoteAddress, headers: { host: 'localhost' } }))
      .statusCode;
  const spread = await Promise.all(
    Array.from({ length: 40 }, (_, at) => ask(`2001:db8::${at + 1}`)),
  );
  expect(spread.filter((status) => status === 429).length).toBeGreaterThanOrEqual(20);
  expect(await ask('2001:db8:0:1::1')).toBe(200);
  await app.close();
});

test('[A-62] questions on their way are counted by network of IPv6', async () => {
  const remembered = new Remembered<{ expiresAtMs: null }>({ ageMs: 1_000 });
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const ask = async (secret: number, address: string) =>
    remembered.of(`${secret}`, address, async () => {
      await answered;
      return { expiresAtMs: null };
    });
  const asked = Array.from({ length: 16 }, (_, at) => ask(at, `2001:db8::${at + 1}`));
  await expect(ask(16, '2001:db8::99')).rejects.toThrow('Too many');
  asked.push(ask(17, '2001:db8:0:1::1'));
  answer();
  await Promise.all(asked);
  await ask(18, '2001:db8::99');
});
