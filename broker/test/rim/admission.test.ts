// Who is let in, and how fast: connections of an address and of a user, waves of new ones, log lines about bad ones.
// Limits met here: connectionsPerAddressMax, connectionsPerUserMax.

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { UNLIMITED } from '../../src/access/access.ts';
import { Admission } from '../../src/net/admission.ts';
import { openRim, type Rim, type RimParts, until } from './open-rim.ts';
import { frameOf, HELLO, WireClient } from './wire-client.ts';

let rim: Rim | undefined;

async function open(parts: RimParts): Promise<Rim> {
  rim = await openRim({ handlers: { ListGroups: () => ({ groups: [] }) }, ...parts });
  return rim;
}

afterEach(async () => {
  await rim?.server.close();
  rim = undefined;
});

async function openFrom(localAddress: string, port: number): Promise<WireClient> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  await once(socket, 'connect');
  return new WireClient(socket);
}

test('one connection too many of an address is refused; other addresses are not, and one that leaves makes room [A-81]', async () => {
  const { port, metric } = await open({ options: { connectionsPerAddress: 2 } });
  const [first] = [await WireClient.greeted(port), await WireClient.greeted(port)];
  const refused = await WireClient.open(port);
  const reply = await refused.next('Hello');
  expect(reply).toMatchObject({ correlationId: 0, error: { code: 'OVERLOADED' } });
  expect(reply.error?.detail.limit).toBe('2 connections of one address');
  await refused.closed;
  const other = await openFrom('127.0.0.2', port);
  expect((await other.ask('Hello', HELLO)).error).toBeUndefined();
  first?.socket.end();
  await until(async () => (await metric('millrace_connections')) === 2, 'one left');
  await WireClient.greeted(port);
});

test('all addresses of a network of IPv6 count as one; those of IPv4 by themselves [A-81]', () => {
  const limits = { connectionsMax: 9, connectionsPerAddress: 2 };
  const admission = new Admission({ ...limits, connectionsPerUser: 9, connectionsPerSecond: 9 }, 0);
  expect(admission.enter('2001:db8::1')).toBeUndefined();
  expect(admission.enter('2001:db8::2')).toBeUndefined();
  expect(admission.enter('2001:db8::3')?.code).toBe('OVERLOADED');
  expect(admission.enter('2001:db8:0:1::3')).toBeUndefined();
  for (const address of ['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.2']) {
    expect(admission.enter(address)).toBeUndefined();
  }
  expect(admission.enter('192.0.2.1')?.code).toBe('OVERLOADED');
  admission.leave('2001:db8::1');
  expect(admission.enter('2001:db8::3')).toBeUndefined();
});

test('one connection too many of a user is refused at its login; one that leaves makes room [A-82]', async () => {
  const login = {
    logins: {
      begin: ({ clientName }: { readonly clientName: string }) => ({
        kind: 'in' as const,
        access: { ...UNLIMITED, user: clientName },
        identity: undefined,
        challenge: undefined,
      }),
      finish: () => {
        throw new Error('a login of one message');
      },
    },
    sessions: { add: () => undefined, remove: () => undefined },
    checkBearer: async () => undefined,
  };
  const { port } = await open({ options: { connectionsPerUser: 2 }, login });
  const enter = async (user: string) => {
    const client = await WireClient.open(port);
    return { client, reply: await client.ask('Hello', { ...HELLO, clientName: user }) };
  };
  const [first] = [await enter('ada'), await enter('ada')];
  const { client, reply } = await enter('ada');
  expect(reply.error?.code).toBe('OVERLOADED');
  expect(reply.error?.detail.limit).toBe('2 connections of one user');
  // It is nobody's, so it may do nothing.
  expect((await client.ask('ListGroups', {})).error?.code).toBe('HELLO_REQUIRED');
  expect((await enter('bob')).reply.error).toBeUndefined();
  first?.client.socket.end();
  await first?.client.closed;
  await until(async () => (await enter('ada')).reply.error === undefined, 'room for another one');
});

test('a wave of new connections is begun at the pace that is set, all of them, and those in line end with the broker [A-83]', async () => {
  const { port, server, metric } = await open({ options: { connectionsPerSecond: 10 } });
  const wave = await Promise.all(Array.from({ length: 16 }, () => WireClient.greeted(port)));
  expect(await metric('millrace_connections_accepted_total')).toBe(16);
  const inLine = await Promise.all(Array.from({ length: 30 }, () => WireClient.open(port)));
  expect(await metric('millrace_connections_accepted_total')).toBeLessThan(30);
  expect((await wave[0]?.ask('ListGroups', {}))?.body).toEqual({ groups: [] });
  await server.drain();
  await Promise.all(inLine.map(({ closed }) => closed));
});

test('a pace: as many at once as a second allows, then one after the other; TLS counts for more [A-83]', () => {
  const limits = {
    connectionsMax: 10,
    connectionsPerAddress: 10,
    connectionsPerUser: 10,
    connectionsPerSecond: 10,
  };
  const admission = new Admission(limits, 0);
  const waits = Array.from({ length: 13 }, () => admission.waitMs(1, 0));
  expect(waits.slice(0, 10)).toEqual(Array(10).fill(0));
  expect(waits.slice(10)).toEqual([100, 200, 300]);
  expect(admission.waitMs(4, 0)).toBe(700);
});

test('many bad connections get few log lines, and a count [A-87]', async () => {
  const { port, lines, metric } = await open({});
  for (let at = 0; at < 60; at += 1) {
    const client = await WireClient.open(port);
    client.socket.write(frameOf(Buffer.from('no request')));
    await client.closed;
  }
  expect(await metric('millrace_connections_ended_total{reason="malformed"}')).toBe(60);
  const told = lines.filter(({ msg }) => msg === 'A connection is ended for what it sent.');
  expect(told.length).toBeGreaterThan(0);
  expect(told.length).toBeLessThanOrEqual(40);
});
