// The simulated network: what was sent arrives, also once its sender is gone.

import type { Socket } from 'node:net';
import { Random } from '@millrace/harness';
import { afterEach, expect, test } from 'vitest';
import { Network } from './network.ts';
import { Scheduler } from './scheduler.ts';

const scheduler = new Scheduler(() => 0.5);

afterEach(() => scheduler.uninstall());

test('what a process out of reach had sent when it was killed is not there before all has arrived', async () => {
  const network = new Network(scheduler, new Random(1));
  const [client, server] = [scheduler.process('client'), scheduler.process('server')];
  const heard: string[] = [];
  scheduler.install();
  const pass = async (untilMs: number) => {
    scheduler.schedule(scheduler.process('clock'), untilMs - scheduler.nowMs, () => undefined);
    while (scheduler.nowMs < untilMs) await scheduler.step();
  };
  scheduler.schedule(server, 0, () => {
    const listener = network.createServer();
    listener.on('connection', (socket: Socket) => {
      socket.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    });
    listener.listen({ port: 1 }, () => undefined);
  });
  await pass(10);
  scheduler.schedule(client, 0, () => {
    const socket = network.connect({ port: 1 });
    socket.on('connect', () => {
      network.isolate(client, 1_000);
      socket.write('late');
    });
  });
  await pass(200);
  scheduler.kill(client);
  network.processDied(client, true);
  await pass(900);
  expect(heard).toEqual([]);
  expect(network.allArrivedAt).toBeGreaterThan(1_000);
  await pass(network.allArrivedAt + 1);
  expect(heard).toEqual(['late']);
});
