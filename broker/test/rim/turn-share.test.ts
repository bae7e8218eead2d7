// Long pipelines go on turn by turn: nobody who asks for little waits for all of them.

import { MillraceError } from '@millrace/protocol';
import { expect, test } from 'vitest';
import { TurnShare } from '../../src/net/turn-share.ts';
import { openRim } from './open-rim.ts';
import { WireClient } from './wire-client.ts';

test('a turn has room for the few requests of anybody, and not for all of a long pipeline [A-80]', async () => {
  const turns = new TurnShare();
  const takeAll = () => {
    let taken = 0;
    while (taken < 5_000 && turns.take(taken)) taken += 1;
    return taken;
  };
  expect(takeAll()).toBe(128);
  expect(takeAll()).toBe(4);
  const order: string[] = [];
  for (const name of ['first', 'second']) turns.whenNext(() => void order.push(name));
  const forgotten = () => void order.push('forgotten');
  turns.whenNext(forgotten);
  turns.forget(forgotten);
  await expect.poll(() => order).toEqual(['first', 'second']);
  expect(takeAll()).toBe(128);
});

test('who asks once is answered while pipelines of others go on, which are answered whole and in order [A-80]', async () => {
  let asked = 0;
  let askedBefore = 0;
  const handlers = {
    ListGroups: () => {
      asked += 1;
      return { groups: [] };
    },
    Metadata: () => {
      askedBefore = asked;
      throw new MillraceError('UNKNOWN_TOPIC');
    },
  };
  const rim = await openRim({ handlers });
  try {
    const greeted = () => WireClient.greeted(rim.port);
    const flooders = await Promise.all(Array.from({ length: 8 }, greeted));
    const patient = await greeted();
    const each = 2_000;
    for (const flooder of flooders) {
      for (let id = 1; id <= each; id += 1) flooder.send('ListGroups', id, {});
    }
    const { error } = await patient.ask('Metadata', { topics: [] });
    expect(error?.code).toBe('UNKNOWN_TOPIC');
    expect(askedBefore).toBeLessThan(flooders.length * each);
    for (const flooder of flooders) {
      for (let id = 1; id <= each; id += 1) {
        expect((await flooder.next('ListGroups')).correlationId).toBe(id);
      }
    }
  } finally {
    await rim.server.close();
  }
});
