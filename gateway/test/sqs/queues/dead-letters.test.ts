// Dead-letter queues, and move tasks back from them, against a real broker.
import { describe, expect, it } from 'vitest';
import { ACCOUNT, arnOf, BASE_URL, CALL, redriveTo, refusal, Setup, SOON } from './setup.ts';

const setup = new Setup();

/** A queue and its dead-letter queue with so many messages that died there. */
async function died(...values: readonly string[]): Promise<{ source: string; dead: string }> {
  const dead = await setup.queue({}, 'dead');
  const source = await setup.queue({ RedrivePolicy: redriveTo(dead, 1) }, 'source');
  if (values.length > 0) await setup.send(source, ...values);
  const queue = setup.first.client.queue(source);
  for (const message of await queue.receive({ topics: source, maxMessages: 100 })) {
    await message.release();
  }
  expect(await queue.receive({ topics: source, maxMessages: 100 })).toHaveLength(0);
  return { source, dead };
}

async function visible(name: string): Promise<number> {
  const shown = await setup.shown(name, 'ApproximateNumberOfMessages');
  return Number(shown['ApproximateNumberOfMessages']);
}

async function tasks(name: string, MaxResults = 10) {
  const input = { SourceArn: arnOf(name), MaxResults };
  return (await setup.handlers.ListMessageMoveTasks(input, CALL)).Results ?? [];
}

/** The newest task of the source once it has ended. */
async function ended(name: string) {
  await expect.poll(async () => (await tasks(name))[0]?.Status, SOON).not.toBe('RUNNING');
  return (await tasks(name))[0];
}

describe('RedrivePolicy', () => {
  it('sends messages there after so many receives [Q-15]', async () => {
    const { source, dead } = await died('a', 'b', 'c');
    expect([await visible(source), await visible(dead)]).toEqual([0, 3]);
  });

  it('may name the queue itself, or a chain that comes back [Q-15]', async () => {
    const [one, two, three] = [await setup.queue(), await setup.queue(), await setup.queue()];
    await setup.set(one, { RedrivePolicy: redriveTo(two) });
    await setup.set(two, { RedrivePolicy: redriveTo(one) });
    await setup.set(three, { RedrivePolicy: redriveTo(three) });
    for (const [name, target] of [
      [one, two],
      [two, one],
      [three, three],
    ] as const) {
      expect(await setup.shown(name, 'RedrivePolicy')).toEqual({
        RedrivePolicy: redriveTo(target),
      });
    }
  });

  it('names a queue of its own kind, of any region and account [Q-2] [Q-15]', async () => {
    const fifo = await setup.queue({ FifoQueue: 'true' });
    const standard = await setup.queue();
    const given = redriveTo(fifo);
    expect(await refusal(setup.set(standard, { RedrivePolicy: given }))).toBe(
      `InvalidParameterValue: Value ${given} for parameter RedrivePolicy is invalid. Reason: Dead-letter queue must be same type of queue as the source..`,
    );
    const elsewhere = redriveTo(standard).replace('eu-west-1', 'us-east-2').replace(ACCOUNT, '9');
    const name = await setup.queue({ RedrivePolicy: elsewhere });
    expect(await setup.shown(name, 'RedrivePolicy')).toEqual({ RedrivePolicy: elsewhere });
    const topic = setup.name('topic');
    await setup.admin.createTopic({ name: topic });
    expect(await refusal(setup.set(name, { RedrivePolicy: redriveTo(topic) }))).toMatch(
      /Reason: Dead letter target does not exist\.$/,
    );
  });
});

describe('RedriveAllowPolicy', () => {
  it('says who may begin to send dead messages [Q-16]', async () => {
    const [dead, before, listed] = [await setup.queue(), await setup.queue(), await setup.queue()];
    await setup.set(before, { RedrivePolicy: redriveTo(dead) });
    const policy = { redrivePermission: 'byQueue', sourceQueueArns: [arnOf(listed)] };
    await setup.set(dead, { RedriveAllowPolicy: JSON.stringify(policy) });
    expect((await setup.admin.describeTopic(dead)).config).toMatchObject({
      deadLettersFrom: 'listed',
      deadLetterSources: [listed],
    });
    await setup.set(listed, { RedrivePolicy: redriveTo(dead) });
    await setup.set(before, { RedrivePolicy: redriveTo(dead, 9) });
    const refused = `InvalidParameterValue: Value ${redriveTo(dead)} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not allow this queue as its source.`;
    const other = await setup.queue();
    expect(await refusal(setup.set(other, { RedrivePolicy: redriveTo(dead) }))).toBe(refused);
    const input = { QueueName: setup.name(), Attributes: { RedrivePolicy: redriveTo(dead) } };
    expect(await refusal(setup.handlers.CreateQueue(input, CALL))).toBe(refused);
    await setup.set(dead, { RedriveAllowPolicy: '{"redrivePermission":"allowAll"}' });
    await setup.set(other, { RedrivePolicy: redriveTo(dead) });
  });

  it('is told of what a topic allows natively [Q-12] [Q-16]', async () => {
    const { admin } = setup;
    const name = await setup.queue();
    await admin.alterTopic({ name, config: { deadLettersFrom: 'none' } });
    expect(await setup.shown(name, 'RedriveAllowPolicy')).toEqual({
      RedriveAllowPolicy: '{"redrivePermission":"denyAll"}',
    });
    await admin.alterTopic({
      name,
      config: { deadLettersFrom: 'listed', deadLetterSources: ['a', 'b'] },
    });
    expect(await setup.shown(name, 'RedriveAllowPolicy')).toEqual({
      RedriveAllowPolicy: JSON.stringify({
        redrivePermission: 'byQueue',
        sourceQueueArns: [arnOf('a'), arnOf('b')],
      }),
    });
  });
});

describe('ListDeadLetterSourceQueues', () => {
  it('lists in pages the queues whose dead messages come here [Q-22]', async () => {
    const dead = await setup.queue();
    const list = (paging: object = {}) =>
      setup.handlers.ListDeadLetterSourceQueues({ QueueUrl: dead, ...paging }, CALL);
    expect(await list()).toEqual({ queueUrls: [] });
    const sources = ['c', 'a', 'b'].map((word) => setup.name(`of-${dead}-${word}`));
    for (const QueueName of sources) {
      const Attributes = { RedrivePolicy: redriveTo(dead) };
      await setup.handlers.CreateQueue({ QueueName, Attributes }, CALL);
    }
    const urls = sources.toSorted().map((name) => `${BASE_URL}/${ACCOUNT}/${name}`);
    expect(await list()).toEqual({ queueUrls: urls });
    const first = await list({ MaxResults: 2 });
    expect(first.queueUrls).toEqual(urls.slice(0, 2));
    expect(await list({ MaxResults: 2, NextToken: first.NextToken })).toEqual({
      queueUrls: urls.slice(2),
    });
    expect(await refusal(list({ MaxResults: 0 }))).toMatch(/^InvalidParameterValue: .*MaxResults/);
  });
});

describe('a move task', () => {
  it('takes messages back to where each died [Q-24] [Q-25]', async () => {
    const { source, dead } = await died('a', 'b');
    const SourceArn = arnOf(dead);
    const { TaskHandle = '' } = await setup.handlers.StartMessageMoveTask({ SourceArn }, CALL);
    const handle: unknown = JSON.parse(Buffer.from(TaskHandle, 'base64').toString());
    expect(handle).toEqual({
      taskId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sourceArn: SourceArn,
    });
    expect(await ended(dead)).toEqual({
      Status: 'COMPLETED',
      SourceArn,
      ApproximateNumberOfMessagesMoved: 2,
      ApproximateNumberOfMessagesToMove: 2,
      StartedTimestamp: expect.any(Number),
    });
    expect([await visible(source), await visible(dead)]).toEqual([2, 0]);
    expect(await refusal(setup.handlers.CancelMessageMoveTask({ TaskHandle }, CALL))).toBe(
      'UnsupportedOperation: Only active tasks can be cancelled.',
    );
  });

  it('takes messages to another queue, also such as were sent here [Q-24]', async () => {
    const { dead } = await died('a');
    await setup.send(dead, 'sent here');
    const target = await setup.queue();
    const input = { SourceArn: arnOf(dead), DestinationArn: arnOf(target) };
    await setup.handlers.StartMessageMoveTask(input, CALL);
    expect(await ended(dead)).toMatchObject({
      Status: 'COMPLETED',
      DestinationArn: arnOf(target),
      ApproximateNumberOfMessagesMoved: 2,
    });
    expect([await visible(dead), await visible(target)]).toEqual([0, 2]);
  });

  it('fails where it cannot tell where a message came from [Q-25]', async () => {
    const { source, dead } = await died('a');
    await setup.send(dead, 'sent here');
    await setup.handlers.StartMessageMoveTask({ SourceArn: arnOf(dead) }, CALL);
    expect(await ended(dead)).toMatchObject({
      Status: 'FAILED',
      FailureReason: 'CouldNotDetermineMessageSource',
      ApproximateNumberOfMessagesMoved: 1,
    });
    expect([await visible(source), await visible(dead)]).toEqual([1, 1]);
  });

  it('runs alone, at its rate, until it is cancelled; the newest comes first [Q-24] [Q-26]', async () => {
    const { source, dead } = await died(...Array.from({ length: 40 }, (_, at) => `${at}`));
    const target = await setup.queue();
    const SourceArn = arnOf(dead);
    const start = (more: object) =>
      setup.second.handlers.StartMessageMoveTask({ SourceArn, ...more }, CALL);
    const { TaskHandle = '' } = await start({
      DestinationArn: arnOf(target),
      MaxNumberOfMessagesPerSecond: 1,
    });
    expect(await refusal(start({}))).toBe(
      'InvalidParameterValue: There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
    expect(await tasks(dead)).toMatchObject([
      { TaskHandle, Status: 'RUNNING', MaxNumberOfMessagesPerSecond: 1, SourceArn },
    ]);
    const cancelled = await setup.handlers.CancelMessageMoveTask({ TaskHandle }, CALL);
    const moved = cancelled.ApproximateNumberOfMessagesMoved ?? Number.NaN;
    expect(moved).toBeLessThan(40);
    await start({});
    await ended(dead);
    expect((await tasks(dead)).map(({ Status }) => Status)).toEqual(['COMPLETED', 'CANCELLED']);
    expect(await tasks(dead, 1)).toMatchObject([{ Status: 'COMPLETED' }]);
    expect(await visible(source)).toBe(40 - moved);
  });

  it('fails where its destination is deleted meanwhile [Q-25]', async () => {
    const { dead } = await died('a', 'b', 'c', 'd');
    const target = await setup.queue();
    const input = {
      SourceArn: arnOf(dead),
      DestinationArn: arnOf(target),
      MaxNumberOfMessagesPerSecond: 1,
    };
    await setup.handlers.StartMessageMoveTask(input, CALL);
    await setup.handlers.DeleteQueue({ QueueUrl: target }, CALL);
    expect(await ended(dead)).toMatchObject({
      Status: 'FAILED',
      FailureReason: 'AWS.SimpleQueueService.NonExistentQueue',
    });
  });

  it('is refused with the texts of the service [Q-24] [Q-26]', async () => {
    const { dead } = await died();
    const { handlers } = setup;
    const start = (SourceArn: string, more: object = {}) =>
      refusal(handlers.StartMessageMoveTask({ SourceArn, ...more }, CALL));
    const form = 'arn:<partition>:<service>:<region>:<account-id>:<resource-id>';
    expect(await start('here')).toBe(
      `InvalidParameterValue: You must use this format to specify the SourceArn: ${form}`,
    );
    expect(await start(arnOf(dead), { DestinationArn: '' })).toBe(
      `InvalidParameterValue: You must use this format to specify the DestinationArn: ${form}`,
    );
    const unknown = (of: string) =>
      `ResourceNotFoundException: The resource that you specified for the ${of} parameter doesn't exist.`;
    expect(await start(arnOf('nothing'))).toBe(unknown('SourceArn'));
    expect(await start(arnOf(dead).replace(':sqs:', ':sns:'))).toBe(unknown('SourceArn'));
    expect(await start(arnOf(dead), { DestinationArn: arnOf('nothing') })).toBe(
      unknown('DestinationArn'),
    );
    expect(await start(arnOf(await setup.queue()))).toBe(
      'InvalidParameterValue: Source queue must be configured as a Dead Letter Queue.',
    );
    expect(await start(arnOf(dead), { DestinationArn: arnOf(dead) })).toBe(
      'InvalidParameterValue: Source queue arn and destination queue arn cannot be the same.',
    );
    const fifo = arnOf(await setup.queue({ FifoQueue: 'true' }));
    expect(await start(arnOf(dead), { DestinationArn: fifo })).toBe(
      'InvalidParameterValue: The source queue and destination queue must be of the same queue type.',
    );
    for (const rate of [0, 501]) {
      expect(await start(arnOf(dead), { MaxNumberOfMessagesPerSecond: rate })).toBe(
        "InvalidParameterValue: Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: You must enter a number that's between 1 and 500.",
      );
    }
    expect(await refusal(handlers.ListMessageMoveTasks({ SourceArn: arnOf('no') }, CALL))).toBe(
      unknown('SourceArn'),
    );
    const input = { SourceArn: arnOf(dead), MaxResults: 11 };
    expect(await refusal(handlers.ListMessageMoveTasks(input, CALL))).toMatch(
      /^InvalidParameterValue: Value for parameter MaxResults is invalid/,
    );
    const cancel = (handle: object | string) => {
      const TaskHandle = Buffer.from(JSON.stringify(handle)).toString('base64');
      return refusal(handlers.CancelMessageMoveTask({ TaskHandle }, CALL));
    };
    expect(await cancel('nonsense')).toBe(
      'InvalidParameterValue: Value for parameter TaskHandle is invalid.',
    );
    const taskId = '00000000-0000-4000-8000-0000ffffffff';
    expect(await cancel({ taskId, sourceArn: arnOf(dead) })).toBe(
      'ResourceNotFoundException: Task does not exist.',
    );
    expect(await cancel({ taskId: crypto.randomUUID(), sourceArn: arnOf(dead) })).toBe(
      'ResourceNotFoundException: Task does not exist.',
    );
  });
});
