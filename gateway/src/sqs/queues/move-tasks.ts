// StartMessageMoveTask, CancelMessageMoveTask and ListMessageMoveTasks: redrives of the broker, which alone knows of them.

import type { Redrive, ShareGroupDescription, Task } from '@millrace/client';
import { MillraceError } from '@millrace/protocol';
import { SqsError } from '../errors.ts';
import type { SqsCall } from '../handler.ts';
import type { OutputOf } from '../model/actions.ts';
import { groupsWithTarget } from './dead-letter-queues.ts';
import { parseArn, queueArn } from './names.ts';
import { isOrdered } from './native-settings.ts';
import type { QueueHandler } from './queue-action.ts';
import { type Admin, answerOr, findParts, type QueueState, queueOf } from './queue-state.ts';
import { formatTaskHandle, parseTaskHandle } from './task-handle.ts';

const RATE_MAX = 500;
const RESULTS_MAX = 10;

type Entry = NonNullable<OutputOf<'ListMessageMoveTasks'>['Results']>[number];

export const startMessageMoveTask: QueueHandler<'StartMessageMoveTask'> = async (
  { admin },
  { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: rate },
) => {
  const source = await queueAt(admin, 'SourceArn', SourceArn);
  const { name } = source.topic;
  const groups = await groupsWithTarget(admin, name);
  if (groups.length === 0) {
    throw invalid('Source queue must be configured as a Dead Letter Queue.');
  }
  const target =
    DestinationArn === undefined ? undefined : await targetAt(admin, source, DestinationArn);
  if (rate !== undefined && !(rate >= 1 && rate <= RATE_MAX)) {
    throw invalid(
      `Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: You must enter a number that's between 1 and ${RATE_MAX}.`,
    );
  }
  try {
    const redrive = { topic: name, group: name, target, ratePerSecond: rate ?? 0 };
    const taskId = await start(admin, redrive, sourcesAmong(groups, name));
    return { TaskHandle: formatTaskHandle(taskId, SourceArn) };
  } catch (error) {
    throw await startError(admin, name, error);
  }
};

/** Who may not write to every topic may still bring letters back to the one queue that sends any there. */
async function start(
  admin: Admin,
  redrive: Redrive,
  [sourceTopic, ...others]: readonly string[],
): Promise<number> {
  try {
    return (await admin.startRedrive(redrive)).taskId;
  } catch (error) {
    const isRefused = error instanceof MillraceError && error.code === 'NOT_AUTHORIZED';
    const isOne = sourceTopic !== undefined && others.length === 0;
    if (!isRefused || !isOne || redrive.target !== undefined) throw error;
  }
  return (await admin.startRedrive({ ...redrive, filter: { sourceTopic } })).taskId;
}

/** Topics whose dead letters go to this one. */
function sourcesAmong(groups: readonly ShareGroupDescription[], target: string): string[] {
  const topics = groups.flatMap((group) => group.topics);
  const sources = topics.filter(({ deadLetterTopic }) => deadLetterTopic === target);
  return [...new Set(sources.map(({ topic }) => topic))];
}

/** One at a time of a source: the broker says so by a limit, which may also be that of all tasks. */
async function startError(admin: Admin, name: string, error: unknown): Promise<unknown> {
  if (!(error instanceof MillraceError) || error.code !== 'LIMIT_EXCEEDED') return error;
  const tasks = await admin.tasks();
  const isRunning = tasks.some((task) => task.state === 'running' && isFrom(task, name));
  if (!isRunning) return error;
  return invalid(
    'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
  );
}

async function targetAt(admin: Admin, source: QueueState, arn: string): Promise<string> {
  const target = await queueAt(admin, 'DestinationArn', arn);
  if (target.topic.name === source.topic.name) {
    throw invalid('Source queue arn and destination queue arn cannot be the same.');
  }
  if (isOrdered(target.group.config) !== isOrdered(source.group.config)) {
    throw invalid('The source queue and destination queue must be of the same queue type.');
  }
  return target.topic.name;
}

export const cancelMessageMoveTask: QueueHandler<'CancelMessageMoveTask'> = async (
  { admin },
  { TaskHandle },
) => {
  const { taskId, source } = parseTaskHandle(TaskHandle);
  const found = taskId === undefined ? 'UNKNOWN_TASK' : await taskOf(admin, taskId);
  if (taskId === undefined || found === 'UNKNOWN_TASK' || !isFrom(found, source)) {
    throw new SqsError('ResourceNotFoundException', 'Task does not exist.');
  }
  const answer = await answerOr(admin.cancelTask(taskId), ['TASK_ENDED']);
  if (answer === 'TASK_ENDED') {
    throw new SqsError('UnsupportedOperation', 'Only active tasks can be cancelled.');
  }
  return { ApproximateNumberOfMessagesMoved: answer.moved };
};

async function taskOf(admin: Admin, taskId: number): Promise<Task | 'UNKNOWN_TASK'> {
  const tasks = await answerOr(admin.tasks([taskId]), ['UNKNOWN_TASK']);
  return tasks === 'UNKNOWN_TASK' ? tasks : (tasks[0] ?? 'UNKNOWN_TASK');
}

export const listMessageMoveTasks: QueueHandler<'ListMessageMoveTasks'> = async (
  { admin },
  { SourceArn, MaxResults = 1 },
  call,
) => {
  const { topic } = await queueAt(admin, 'SourceArn', SourceArn);
  if (!(MaxResults >= 1 && MaxResults <= RESULTS_MAX)) {
    throw invalid(
      `Value for parameter MaxResults is invalid. Reason: You must enter a number that's between 1 and ${RESULTS_MAX}.`,
    );
  }
  const tasks = (await admin.tasks()).filter((task) => isFrom(task, topic.name));
  return { Results: tasks.slice(0, MaxResults).map((task) => entryOf(task, SourceArn, call)) };
};

/** A count of what would be moved moves nothing: it is no task here. */
function isFrom({ kind, topic, dryRun }: Task, source: string): boolean {
  return kind === 'redrive' && topic === source && !dryRun;
}

function entryOf(task: Task, sourceArn: string, call: SqsCall): Entry {
  const { status, reason } = outcomeOf(task);
  return {
    TaskHandle: status === 'RUNNING' ? formatTaskHandle(task.taskId, sourceArn) : undefined,
    Status: status,
    SourceArn: sourceArn,
    DestinationArn: task.target === null ? undefined : queueArn(task.target, call),
    MaxNumberOfMessagesPerSecond: task.ratePerSecond === 0 ? undefined : task.ratePerSecond,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.total,
    FailureReason: reason,
    StartedTimestamp: task.startedAtMs,
  };
}

/** One that left messages behind has failed, as there. */
function outcomeOf({ state, failed, target, error }: Task): {
  readonly status: string;
  readonly reason?: string | undefined;
} {
  if (state === 'running') return { status: 'RUNNING' };
  if (state === 'cancelled') return { status: 'CANCELLED' };
  if (state === 'failed') {
    const isGone = error?.includes('was deleted') ?? false;
    const reason = isGone ? 'AWS.SimpleQueueService.NonExistentQueue' : (error ?? undefined);
    return { status: 'FAILED', reason };
  }
  if (failed === 0) return { status: 'COMPLETED' };
  const reason =
    target === null ? 'CouldNotDetermineMessageSource' : `${failed} messages could not be moved.`;
  return { status: 'FAILED', reason };
}

async function queueAt(
  admin: Admin,
  parameter: 'SourceArn' | 'DestinationArn',
  text: string,
): Promise<QueueState> {
  const arn = parseArn(text);
  if (arn === undefined) {
    throw invalid(
      `You must use this format to specify the ${parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`,
    );
  }
  const queue = arn.service === 'sqs' ? queueOf(await findParts(admin, arn.name)) : undefined;
  if (queue !== undefined) return queue;
  throw new SqsError(
    'ResourceNotFoundException',
    `The resource that you specified for the ${parameter} parameter doesn't exist.`,
  );
}

function invalid(message: string): SqsError {
  return new SqsError('InvalidParameterValue', message);
}
