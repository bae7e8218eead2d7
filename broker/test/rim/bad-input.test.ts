// What clients may send that is wrong: each gets a typed error, and others notice nothing.

import { setTimeout as sleep } from 'node:timers/promises';
import { encodeRequest } from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRim, type Rim } from './open-rim.ts';
import { frameOf, HELLO, WireClient } from './wire-client.ts';

let rim: Rim;
let bystander: WireClient;

beforeEach(async () => {
  rim = await openRim({
    handlers: {
      ListGroups: () => ({ groups: [] }),
      DeleteGroup: () => {
        throw new TypeError('a bug');
      },
      DescribeGroup: () => ({ epoch: -1, members: [], offsets: [] }),
    },
    options: { helloTimeout: 1_500 },
  });
  bystander = await WireClient.greeted(rim.port);
});

afterEach(async () => {
  // Whatever a test did, this connection still works: it throws otherwise.
  const { error } = await bystander.ask('ListGroups', {});
  await rim.server.close();
  if (error !== undefined) throw error;
});

const LIST = encodeRequest('ListGroups', 1, 7, {});

describe('ends the connection with a typed error', () => {
  const cases: readonly [name: string, bytes: Uint8Array, correlationId: number, code: string][] = [
    ['a frame longer than the limit', Buffer.from([0x7f, 0xff, 0xff, 0xff]), 0, 'FRAME_TOO_LARGE'],
    ['an empty frame', Buffer.from([0, 0, 0, 0]), 0, 'MALFORMED_FRAME'],
    ['a payload that is no MessagePack', frameOf(Buffer.from([0xc1, 1, 2])), 0, 'MALFORMED_FRAME'],
    ['a truncated payload', frameOf(LIST.subarray(4, -1)), 0, 'MALFORMED_FRAME'],
    [
      'bytes after the payload',
      frameOf(Buffer.concat([LIST.subarray(4), LIST])),
      0,
      'MALFORMED_FRAME',
    ],
    [
      'a wrong length',
      Buffer.concat([Buffer.from([0, 0, 0, 3]), LIST.subarray(4)]),
      0,
      'MALFORMED_FRAME',
    ],
    ['a payload that is no array', frameOf(Buffer.from([0x07])), 0, 'MALFORMED_FRAME'],
  ];
  test.each(cases)('%s', async (_name, bytes, correlationId, code) => {
    const client = await WireClient.greeted(rim.port);
    client.socket.write(bytes);
    const reply = await client.next('ListGroups');
    expect(reply.correlationId).toBe(correlationId);
    expect(reply.error?.code).toBe(code);
    await client.closed;
    expect(await rim.metric('millrace_connections_ended_total{reason="malformed"}')).toBe(1);
  });

  test('a request before Hello', async () => {
    const client = await WireClient.open(rim.port);
    client.send('ListGroups', 9, {});
    const reply = await client.next('ListGroups');
    expect(reply.correlationId).toBe(9);
    expect(reply.error?.code).toBe('HELLO_REQUIRED');
    await client.closed;
  });

  test('no Hello in time, not even a byte at a time', async () => {
    const client = await WireClient.open(rim.port);
    const hello = encodeRequest('Hello', 1, 1, HELLO);
    for (let at = 0; !client.isClosed && at < 8; at += 1) {
      client.socket.write(hello.subarray(at, at + 1));
      await sleep(100);
    }
    const reply = await client.next('Hello');
    expect(reply.correlationId).toBe(0);
    expect(reply.error?.code).toBe('HELLO_REQUIRED');
    expect(reply.error?.detail.limit).toBe('1500 ms');
    await client.closed;
    expect(await rim.metric('millrace_connections_ended_total{reason="no_hello"}')).toBe(1);
  });
});

describe('refuses the request and goes on', () => {
  test('an unknown API', async () => {
    const client = await WireClient.greeted(rim.port);
    client.socket.write(frameOf(Buffer.from([0x93, 0xcd, 0x7f, 0xff, 1, 5])));
    const reply = await client.next('ListGroups');
    expect(reply).toMatchObject({ correlationId: 5, error: { code: 'UNKNOWN_API' } });
    expect((await client.ask('ListGroups', {})).body).toEqual({ groups: [] });
  });

  test('an unknown version', async () => {
    const client = await WireClient.greeted(rim.port);
    const payload = Buffer.from(LIST.subarray(4));
    payload[2] = 99;
    client.socket.write(frameOf(payload));
    const reply = await client.next('ListGroups');
    expect(reply.error?.code).toBe('UNSUPPORTED_VERSION');
    expect(reply.error?.detail.limit).toBe('1 to 1');
    expect((await client.ask('ListGroups', {})).body).toEqual({ groups: [] });
  });

  test('a field out of its range, by its path', async () => {
    const client = await WireClient.greeted(rim.port);
    const bytes = encodeRequest('DescribeGroup', 1, 3, { group: 'g' });
    const payload = Buffer.from(bytes.subarray(4));
    payload[payload.length - 2] = 0x07;
    client.socket.write(frameOf(payload.subarray(0, -1)));
    const reply = await client.next('DescribeGroup');
    expect(reply.error?.code).toBe('INVALID_REQUEST');
    expect(reply.error?.detail.field).toBe('group');
  });

  test('a second Hello, and one that wants to authenticate', async () => {
    const client = await WireClient.greeted(rim.port);
    expect((await client.ask('Hello', HELLO)).error?.code).toBe('INVALID_REQUEST');
    const other = await WireClient.open(rim.port);
    const refused = await other.ask('Hello', {
      ...HELLO,
      mechanism: 'plain',
      credentials: Buffer.from('open sesame'),
    });
    expect(refused.error?.detail.field).toBe('mechanism');
    expect((await other.ask('Hello', HELLO)).body?.instanceId).toBe('instance-of-test');
    expect(JSON.stringify(rim.lines)).not.toContain('sesame');
  });

  test('a handler that throws what it should not: INTERNAL, and a line without the payload', async () => {
    const client = await WireClient.greeted(rim.port);
    const reply = await client.ask('DeleteGroup', { group: 'my-secret-group' });
    expect(reply.error?.code).toBe('INTERNAL');
    expect(reply.error?.message).not.toContain('a bug');
    const line = rim.lines.find(({ level }) => level === 'error');
    expect(line).toMatchObject({ api: 'DeleteGroup', err: { message: 'a bug' } });
    expect(JSON.stringify(rim.lines)).not.toContain('my-secret-group');
  });

  test('a handler whose reply breaks its declaration: INTERNAL', async () => {
    const client = await WireClient.greeted(rim.port);
    const reply = await client.ask('DescribeGroup', { group: 'g' });
    expect(reply.error?.code).toBe('INTERNAL');
  });
});

test('one byte at a time is slow, not wrong', async () => {
  const client = await WireClient.greeted(rim.port);
  for (const byte of LIST) {
    client.socket.write(Buffer.from([byte]));
    await sleep(3);
  }
  const reply = await client.next('ListGroups');
  expect(reply).toEqual({ correlationId: 7, body: { groups: [] } });
});

test('random bytes, many times: always a typed error or patience, never the end', async () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 0x7fff_ffff;
    return seed;
  };
  for (let round = 0; round < 50; round += 1) {
    const client = await WireClient.greeted(rim.port);
    const garbage = Buffer.from(Array.from({ length: 1 + (random() % 40) }, () => random() & 0xff));
    client.socket.write(frameOf(garbage));
    const reply = await client.next('ListGroups');
    expect(reply.error?.code).toMatch(
      /^(?:MALFORMED_FRAME|UNKNOWN_API|UNSUPPORTED_VERSION|INVALID_REQUEST)$/,
    );
    client.socket.destroy();
  }
});
