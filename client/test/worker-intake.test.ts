// How a worker goes on asking for messages, without handlers and without a broker.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MillraceError } from '@millrace/protocol';
import { expect, it } from 'vitest';
import type { ReceiveSource } from '../src/queue/receive.ts';
import { Demand } from '../src/worker/demand.ts';
import { Intake } from '../src/worker/intake.ts';
import type { WorkerSettings } from '../src/worker/options.ts';

it('pauses between tries also where it was paused before the first one succeeded', async () => {
  const minute = 60_000;
  const options = { retry: { firstDelayMs: minute, maxDelayMs: minute }, logger: {} };
  const source = { link: { options, isClosed: false } } as unknown as ReceiveSource<unknown>;
  let asked = 0;
  const leaseTime = async () => {
    asked += 1;
    throw new MillraceError(asked < 1_000 ? 'CONNECTION_LOST' : 'UNKNOWN_GROUP');
  };
  const owner = { held: 0, hasWaiting: false, leaseTime, take: () => {} };
  const demand = new Demand({ runningMax: 1, prefetch: 1 });
  const intake = new Intake({} as WorkerSettings<unknown>, source, demand, owner);
  intake.pause();
  const running = intake.run();
  await nextTurn();
  intake.resume();
  await nextTurn();
  intake.close();
  await running;
  expect(asked).toBe(1);
});
