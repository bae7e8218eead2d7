// Clients in Python against the gateway: boto3 of today, one that still speaks the query protocol, the AWS command line
// as people type it, and Celery with its broker on SQS.

import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type Botocore,
  type InPython,
  PYTHON_LACK,
  runInPython,
  startInPython,
} from './support/python.ts';
import { eventually, freshName } from './support/queues.ts';
import { sharedServer } from './support/server.ts';

vi.setConfig({ testTimeout: 150_000, hookTimeout: 90_000, maxConcurrency: 4 });

const CHECKS = [
  'client',
  'batches',
  'resources',
  'paginators',
  'attributes and tags',
  'fifo',
  'error codes',
  'dead letters and move tasks',
  'permissions',
];

const { endpoint } = sharedServer();

beforeEach((context) => {
  if (PYTHON_LACK !== undefined) context.skip(PYTHON_LACK);
});

const ran = new Map<Botocore, Promise<Map<string, string>>>();

/** By check what it printed: all in one process, since the start of Python costs more than they do. */
async function checksOf(botocore: Botocore): Promise<Map<string, string>> {
  const { out, err } = await runInPython('python', ['checks.py', endpoint], { botocore });
  const parts = `${out}${err}`.split(/^(?=botocore |ok |FAILED )/m);
  return new Map(parts.map((part) => [/^\w+ (.*)$/m.exec(part)?.[1] ?? '', part]));
}

describe.concurrent.each([
  ['json', '1.44.5'],
  ['query', '1.31.80'],
] as const)('boto3 over the %s protocol', (botocore, version) => {
  const checks = () => {
    const running = ran.get(botocore) ?? checksOf(botocore);
    ran.set(botocore, running);
    return running;
  };

  test.for(CHECKS)('%s', async (name) => {
    const printed = (await checks()).get(name);
    // A second attempt is one only where it is made anew.
    if (printed?.startsWith('FAILED')) ran.delete(botocore);
    expect(printed).toBe(`ok ${name}\n`);
  });

  test('these checks and no others, by this botocore', async () => {
    expect([...(await checks()).keys()]).toEqual([version, ...CHECKS]);
  });
});

describe.concurrent('the AWS command line', () => {
  const aws = async (...args: string[]) => {
    const line = ['--endpoint-url', endpoint, '--output', 'json', 'sqs', ...args];
    const { status, out, err } = await runInPython('aws', line);
    return { status, err, answer: out.trim() === '' ? undefined : JSON.parse(out) };
  };

  test('a queue and its messages', async () => {
    const name = freshName();
    const attributes = 'VisibilityTimeout=40,DelaySeconds=0';
    const made = await aws('create-queue', '--queue-name', name, '--attributes', attributes);
    const url: string = made.answer.QueueUrl;
    expect(url).toBe(`${endpoint}/000000000000/${name}`);
    const queue = ['--queue-url', url];
    const message = ['--message-body', 'Grüße\n&'];
    const kinds = ['--message-attributes', '{"n":{"DataType":"Number","StringValue":"1"}}'];
    const sent = await aws('send-message', ...queue, ...message, ...kinds);
    const entries = ['--entries', 'Id=a,MessageBody=x', 'Id=b,MessageBody=y'];
    const batch = await aws('send-message-batch', ...queue, ...entries);
    expect(batch.answer.Successful.length).toBe(2);
    const all = ['--attribute-names', 'All', '--message-attribute-names', 'All'];
    const got = await aws('receive-message', ...queue, ...all, '--max-number-of-messages', '10');
    expect(got.answer.Messages.map(({ Body }: { Body: string }) => Body)).toEqual([
      'Grüße\n&',
      'x',
      'y',
    ]);
    const [first] = got.answer.Messages;
    expect(first.MessageId).toBe(sent.answer.MessageId);
    expect(first.MessageAttributes.n).toEqual({ StringValue: '1', DataType: 'Number' });
    const handle = ['--receipt-handle', first.ReceiptHandle];
    const deleted = await aws('delete-message', ...queue, ...handle);
    expect(deleted).toEqual({ status: 0, err: '', answer: undefined });
    const names = ['--attribute-names', 'ApproximateNumberOfMessagesNotVisible', 'QueueArn'];
    const told = await aws('get-queue-attributes', ...queue, ...names);
    expect(told.answer.Attributes).toEqual({
      ApproximateNumberOfMessagesNotVisible: '2',
      QueueArn: `arn:aws:sqs:eu-central-1:000000000000:${name}`,
    });
    expect((await aws('purge-queue', ...queue)).status).toBe(0);
    expect((await aws('delete-queue', ...queue)).status).toBe(0);
  });

  test('what is not there, and lists of nothing', async () => {
    const gone = await aws('get-queue-url', '--queue-name', 'nobody-has-this');
    expect([gone.status, gone.err.trim()]).toEqual([
      255,
      expect.stringContaining(
        'An error occurred (AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation: The specified queue does not exist.',
      ),
    ]);
    const none = await aws('list-queues', '--queue-name-prefix', 'nobody-has-this');
    expect([none.status, none.answer]).toEqual([0, undefined]);
  });
});

describe.concurrent('Celery', () => {
  interface Line {
    readonly task: string;
    readonly result?: number;
    readonly attempt?: number;
    readonly text?: string;
    readonly pid?: number;
  }

  const folder = new TemporaryDirectory('millrace-celery-');
  const workers: ChildProcess[] = [];
  afterAll(() => {
    for (const worker of workers) worker.kill('SIGKILL');
    folder.remove();
  });

  function program(name: string) {
    const log = join(folder.path, `${name}.jsonl`);
    const how = (worker = ''): InPython => ({
      env: {
        BROKER_URL: `sqs://test:test@${new URL(endpoint).host}//`,
        TASK_LOG: log,
        WORKER: worker,
        QUEUE: name,
      },
    });
    const send = async (what: string) => {
      const { status, err } = await runInPython('python', ['celery_send.py', what], how());
      expect([status, err]).toEqual([0, '']);
    };
    const work = (worker: string) => {
      const line = ['-A', 'celery_app', 'worker', '--pool', 'solo', '--loglevel', 'WARNING'];
      const queue = ['--queues', name, '--without-gossip', '--without-mingle'];
      const child = startInPython('celery', [...line, ...queue], how(worker));
      child.stdout?.resume();
      child.stderr?.resume();
      workers.push(child);
      return child;
    };
    const lines = (): Line[] =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line))
        : [];
    return { send, work, lines };
  }

  test('tasks, one that tries again, one for later', async () => {
    const { send, work, lines } = program('many');
    await send('many');
    const worker = work('only');
    await eventually(() => lines().length >= 24, true);
    worker.kill('SIGTERM');
    const found = lines();
    const sums = found.filter(({ task }) => task === 'add').map(({ result = -1 }) => result);
    expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at * 2));
    const tries = found.filter(({ task }) => task === 'flaky');
    expect(tries.map(({ attempt, text }) => [attempt, text])).toEqual([
      [0, 'grün'],
      [1, 'grün'],
      [2, 'grün'],
    ]);
    expect(found.filter(({ task }) => task === 'later').length).toBe(1);
  });

  test('a task of a worker that died is done by another once its time is over', async () => {
    const { send, work, lines } = program('died');
    await send('endless');
    const first = work('first');
    await eventually(() => lines().length, 1);
    first.kill('SIGKILL');
    const second = work('second');
    const ended = () => lines().filter(({ task }) => task === 'ended').length;
    await eventually(ended, 1);
    second.kill('SIGTERM');
    expect(lines().map(({ task }) => task)).toEqual(['endless', 'endless', 'ended']);
    expect(new Set(lines().map(({ pid }) => pid)).size).toBe(2);
  });
});
