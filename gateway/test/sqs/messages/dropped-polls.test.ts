// Callers that go away while they wait, over real sockets: what was sent meanwhile is not hidden from the others.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqsHandlers } from '../../../src/sqs/handler.ts';
import { type SqsServer, startSqsServer } from '../wire/sqs-server.ts';
import { Session } from './setup.ts';

const session = new Session();
const ROUNDS = 100;
const WAITING = 3;

let server: SqsServer;
/** Messages that handlers answered with, to callers who were gone. */
let answered = 0;

beforeAll(async () => {
  const handlers: Partial<SqsHandlers> = {
    ReceiveMessage: async (input, call) => {
      const output = await session.handlers.ReceiveMessage(input, call);
      answered += (output.Messages ?? []).length;
      return output;
    },
  };
  server = await startSqsServer({ handlers });
});

afterAll(() => server.close());

/** One request after the other, without waiting for answers. */
async function poll(...queueUrls: readonly string[]): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(queueUrls.map(receiveOf).join(''));
  return socket;
}

function receiveOf(QueueUrl: string): string {
  const body = JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 });
  const head = ['POST / HTTP/1.1', 'host: x', 'x-amz-target: AmazonSQS.ReceiveMessage'];
  const type = ['content-type: application/x-amz-json-1.0', `content-length: ${body.length}`];
  return `${[...head, ...type].join('\r\n')}\r\n\r\n${body}`;
}

it('a message that is sent as callers hang up comes to the next one, for the first time [Q-77]', async () => {
  let queue = await session.queue();
  let late = 0;
  const counts = new Set<string | undefined>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const sockets = await Promise.all(Array.from({ length: WAITING }, () => poll(queue)));
    // Some hang up before they were heard, most while they wait.
    if (round % 4 > 0) await pause(round % 4);
    const sent = round % 2 === 0 ? undefined : session.send(queue, `${round}`);
    const before = answered;
    for (const [at, socket] of sockets.entries()) {
      if ((round + at) % 3 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
    await (sent ?? session.send(queue, `${round}`));
    const names = { MessageSystemAttributeNames: ['ApproximateReceiveCount'] };
    if (sent !== undefined && answered > before) {
      // The answer left before the gateway could hear of the end; only where both happen at one moment.
      late += 1;
      queue = await session.queue();
      continue;
    }
    const { Body, Attributes, ReceiptHandle } = await session.receiveOne(queue, names);
    expect(Body).toBe(`${round}`);
    counts.add(Attributes?.['ApproximateReceiveCount']);
    await session.delete(queue, ReceiptHandle);
  }
  expect([...counts]).toEqual(['1']);
  expect(late).toBeLessThan(ROUNDS / 10);
}, 120_000);

it('an answer that stood behind another one when its caller hung up gives its message back [Q-77]', async () => {
  const [empty, queue] = [await session.queue(), await session.queue()];
  await session.send(queue, 'a');
  const socket = await poll(empty, queue);
  await expect.poll(async () => (await session.totals(queue)).leased).toBe(1);
  socket.destroy();
  const names = { MessageSystemAttributeNames: ['ApproximateReceiveCount'] };
  const { Body, Attributes } = await session.receiveOne(queue, names);
  expect([Body, Attributes]).toEqual(['a', { ApproximateReceiveCount: '1' }]);
});
