// Whatever comes over HTTP, no answer is a fault of the server, none stays away, and the process lives. The seed is fixed
// here; `npm run fuzz -- --runs 50 --seed 7` runs more. A failing seed is a bug report.

import { MillraceProcess, Random, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { dial, TestQueue } from '../support/queues.ts';
import { type Answer, type Ask, ask } from '../support/wire.ts';
import { type OpenApi, RestRequests, routesOf } from './rest-requests.ts';
import { ATTACK_NAMES, attack } from './sockets.ts';
import { formRequest, jsonRequest } from './sqs-requests.ts';

vi.setConfig({ hookTimeout: 90_000 });

const RUNS = Number(process.env['MILLRACE_FUZZ_RUNS'] ?? 1);
const FIRST_SEED = Number(process.env['MILLRACE_FUZZ_SEED'] ?? 1);
const REQUESTS = 600;
const LANES = 16;
const NAMES = ['fuzz-a', 'fuzz-b', 'fuzz-c.fifo', 'nobody', 'fuzz-d'];
const SEEDS = Array.from({ length: RUNS }, (_, at) => FIRST_SEED + at);

let directory: TemporaryDirectory;
let millrace: MillraceProcess;
let openApi: OpenApi;

beforeAll(async () => {
  directory = new TemporaryDirectory('millrace-fuzz-');
  millrace = await MillraceProcess.launch({ dataDir: directory.path });
  const { text } = await ask(millrace.httpUrl, { method: 'GET', path: '/openapi.json' });
  openApi = JSON.parse(text) as OpenApi;
});

afterAll(async () => {
  await millrace.end('SIGTERM');
  directory.remove();
});

const summary = ({ method, path, headers, body }: Ask) =>
  `${method} ${path} ${JSON.stringify(headers)} ${body?.toString().slice(0, 1_500)}`;

async function outcome(asked: Ask): Promise<Answer | Error> {
  try {
    return await ask(millrace.httpUrl, asked);
  } catch (error) {
    return error as Error;
  }
}

/** What was wrong, with the request that was answered so. */
async function faultsOf(seed: number, make: (random: Random) => Ask): Promise<string[]> {
  const random = new Random(seed);
  const faults: string[] = [];
  const statuses = new Map<number, number>();
  let left = REQUESTS;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const asked = make(random);
      const answer = await outcome(asked);
      const status = answer instanceof Error ? 0 : answer.status;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (answer instanceof Error) faults.push(`${answer.message}: ${summary(asked)}`);
      else if (status >= 500) faults.push(`${status} ${answer.text}: ${summary(asked)}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  // Otherwise it was all refused at the door, and nothing behind it was seen.
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400]));
  return faults.slice(0, 5);
}

async function stillWorks(): Promise<void> {
  const sqs = dial(millrace.httpUrl);
  const queue = await TestQueue.standard(sqs);
  await queue.send('still');
  expect((await queue.receiveOne()).Body).toBe('still');
  sqs.destroy();
}

describe.each(SEEDS)('seed %d', { timeout: 300_000 }, (seed) => {
  test('SQS, JSON protocol', async () => {
    expect(await faultsOf(seed, (random) => jsonRequest(random, NAMES))).toEqual([]);
    await stillWorks();
  });

  test('SQS, query protocol', async () => {
    expect(await faultsOf(seed + 1, (random) => formRequest(random, NAMES))).toEqual([]);
    await stillWorks();
  });

  test('REST', async () => {
    expect(routesOf(openApi).length).toBeGreaterThan(20);
    const requests = new RestRequests(openApi, NAMES);
    expect(await faultsOf(seed + 2, (random) => requests.make(random))).toEqual([]);
    await stillWorks();
  });

  test('bytes that are no requests', async () => {
    const random = new Random(seed + 3);
    const faults: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const attacks = ATTACK_NAMES.map(async (name) => {
        const got = await attack(millrace.httpUrl, name, random);
        const statuses = [...got.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) =>
          Number(status),
        );
        if (statuses.some((status) => status >= 500)) faults.push(`${name}: ${got.slice(0, 300)}`);
        if (got !== '' && !got.startsWith('HTTP/1.1 '))
          faults.push(`${name}: ${got.slice(0, 300)}`);
      });
      await Promise.all(attacks);
      await stillWorks();
    }
    expect(faults).toEqual([]);
  });
});
