// Large bodies in memory at a time, over all connections. Rules: docs/semantics/http.md.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRimBroker, type RimBroker, say } from './open-rim.ts';

const MIB = 2 ** 20;
const REFUSED = 'millrace_http_refused_requests_total{reason="memory"}';

let broker: RimBroker;

beforeAll(async () => {
  broker = await openRimBroker();
});

afterAll(() => broker.close());

/** The head of a request whose body has so many bytes. */
const headOf = (bytes: number, more = 'Content-Type: application/json\r\n', path = '/produce') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}Content-Length: ${bytes}\r\n\r\n`;
const ACTION =
  'X-Amz-Target: AmazonSQS.SendMessage\r\nContent-Type: application/x-amz-json-1.0\r\n';

test.each([
  ['REST', headOf(6 * MIB), /^HTTP\/1\.1 503 [\s\S]*retry-after: 1[\s\S]*"OVERLOADED"/],
  ['SQS', headOf(6 * MIB, ACTION, '/'), /^HTTP\/1\.1 403 [\s\S]*RequestThrottled/],
])(
  '[H-33] what goes beyond the bound is refused, %s; what is there is answered, and its room is free',
  async (_, head, refusal) => {
    const rim = await broker.open({ httpBodiesBytes: 8 * MIB });
    const held = () => rim.metric('millrace_http_body_bytes');
    const first = say(rim.port, headOf(5 * MIB) + ' '.repeat(4 * MIB));
    await expect.poll(held).toBe(4 * MIB);
    const beside = say(rim.port, head + ' '.repeat(5 * MIB));
    await expect.poll(() => beside.socket.bytesRead).toBeGreaterThan(0);
    beside.socket.end();
    expect(await beside.heard).toMatch(refusal);
    expect(await rim.metric(REFUSED)).toBe(1);
    // Small ones are none of it.
    expect(await say(rim.port, `${headOf(2)}{}`).heard).toMatch(/^HTTP\/1\.1 400 /);
    first.socket.write(`${' '.repeat(MIB - 2)}{}`);
    expect(await first.heard).toMatch(/^HTTP\/1\.1 400 /);
    const last = headOf(7 * MIB) + ' '.repeat(7 * MIB - 2);
    await expect.poll(held).toBe(0);
    expect(await say(rim.port, `${last}{}`).heard).toMatch(/^HTTP\/1\.1 400 /);
    await rim.close();
  },
);

test('[H-33] a caller that goes away leaves its room to others', async () => {
  const rim = await broker.open({ httpBodiesBytes: 8 * MIB });
  const held = () => rim.metric('millrace_http_body_bytes');
  const gone = say(rim.port, headOf(8 * MIB) + ' '.repeat(7 * MIB));
  await expect.poll(held).toBe(7 * MIB);
  gone.socket.destroy();
  await expect.poll(held).toBe(0);
  const whole = `${headOf(4 * MIB)}${' '.repeat(4 * MIB - 2)}{}`;
  expect(await say(rim.port, whole).heard).toMatch(/^HTTP\/1\.1 400 /);
  await rim.close();
});

test('[H-33] what is refused by its size leaves nothing counted', async () => {
  const rim = await broker.open({ httpBodyBytes: 8 * MIB });
  const { heard } = say(rim.port, headOf(9 * MIB) + ' '.repeat(MIB));
  expect(await heard).toMatch(/^HTTP\/1\.1 413 /);
  await expect.poll(() => rim.metric('millrace_http_body_bytes')).toBe(0);
  await rim.close();
});
