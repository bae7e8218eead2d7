// A client that connects again has given up what it sent before: none of that is done any more.

import { afterEach, expect, test } from 'vitest';
import { UNLIMITED } from '../../src/access/access.ts';
import { openRim, type Rim, type RimParts } from './open-rim.ts';
import { HELLO, WireClient } from './wire-client.ts';

let rim: Rim | undefined;
const committed: number[] = [];

afterEach(async () => {
  await rim?.server.close();
  committed.length = 0;
});

async function open(parts: RimParts = {}) {
  rim = await openRim({
    handlers: {
      OffsetCommit: ({ offsets }) => {
        committed.push(...offsets.map(({ offset }) => offset));
        return { results: [{ errorCode: 0, errorMessage: null }] };
      },
    },
    ...parts,
  });
  const { port } = rim;
  return async (clientId: string | null, connectionNumber: number, clientName = 'c') => {
    const client = await WireClient.open(port);
    const hello = { ...HELLO, clientName, clientId, connectionNumber };
    return { client, reply: await client.ask('Hello', hello) };
  };
}

function commit(offset: number) {
  const offsets = [{ topicId: 1, partition: 0, offset, metadata: null }];
  return { group: 'g', memberId: 'm', memberEpoch: 1, offsets };
}

test('what an older connection still carries is not done once the client has a newer one [C-45]', async () => {
  const enter = await open();
  const { client: older } = await enter('one', 1);
  const { client: newer } = await enter('one', 2);
  await newer.ask('OffsetCommit', commit(50));
  older.send('OffsetCommit', 7, commit(13));
  const last = await older.next('OffsetCommit');
  expect(last).toMatchObject({ correlationId: 0, error: { code: 'CANCELLED' } });
  older.socket.end();
  await older.closed;
  await newer.ask('OffsetCommit', commit(51));
  expect(committed).toEqual([50, 51]);
});

test('an older connection that says Hello later is refused, and the newer one stays [C-45]', async () => {
  const enter = await open();
  const { client: newer } = await enter('one', 2);
  const { client: older, reply } = await enter('one', 1);
  expect(reply.error).toMatchObject({
    code: 'INVALID_REQUEST',
    detail: { field: 'connectionNumber', limit: '3' },
  });
  older.send('OffsetCommit', 7, commit(13));
  expect((await older.next('OffsetCommit')).error?.code).toBe('HELLO_REQUIRED');
  await newer.ask('OffsetCommit', commit(50));
  expect(committed).toEqual([50]);
});

test('other clients, other users, and clients without an id are left alone [C-45]', async () => {
  const login = {
    logins: {
      begin: ({ clientName: user }: { readonly clientName: string }) => ({
        kind: 'in' as const,
        access: { ...UNLIMITED, user },
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
  const enter = await open({ login });
  const all = [
    await enter('one', 1, 'ada'),
    await enter('one', 2, 'bob'),
    await enter('two', 2, 'ada'),
    await enter(null, 0, 'ada'),
    await enter(null, 0, 'ada'),
  ];
  for (const [offset, { client }] of all.entries()) {
    expect((await client.ask('OffsetCommit', commit(offset))).error).toBeUndefined();
  }
  expect(committed).toEqual([0, 1, 2, 3, 4]);
});
