// Purge and its undo, redrive, and the tasks that carry it out. Waiting for a task is asking for it again and again.

import { MillraceError, type RequestInput, type ResponseOf } from '@millrace/protocol';
import { onlyOne } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import { integerOption, TIMEOUT_MS } from '../options-check.ts';
import { pause, throwIfAborted } from '../wait.ts';

/** Which messages of a share group are to be dropped. */
export type Purge = RequestInput<'Purge'>;
/** Which purge is to be undone. */
export type UndoPurge = RequestInput<'UndoPurge'>;
/** Which dead messages are to be moved, and where. */
export type Redrive = RequestInput<'StartRedrive'>;

export interface TaskId {
  readonly taskId: number;
}

/** Of the dead messages, those that are meant. */
export type RedriveFilter = NonNullable<Redrive['filter']>;
/** A task of the broker that runs or has ended. */
export type Task = ResponseOf<'ListTasks'>['tasks'][number];
/** What a purge did in one partition, or would do. */
export type PurgedPartition = ResponseOf<'Purge'>['partitions'][number];

/** What a purge did, or would do. */
export interface PurgeResult {
  /** Messages taken away; of a dry run: that would be; of an undo: brought back. */
  readonly messages: number;
  readonly partitions: readonly PurgedPartition[];
}

/** A purge that was carried out. */
export interface PurgeDone extends PurgeResult {
  /** It can be undone until then, ms since 1970; null: a dry run. */
  readonly undoUntilMs: number | null;
}

export interface WaitForTaskOptions extends RequestOptions {
  /** Asks this often, ms; default 250. */
  readonly intervalMs?: number | undefined;
  /** Called with every new state of the task, the first and the last included. */
  readonly onProgress?: ((task: Task) => void) | undefined;
}

export async function purge(
  link: Link,
  input: Purge,
  options?: RequestOptions,
): Promise<PurgeDone> {
  const { partitions, undoUntilMs } = await link.request('Purge', input, options);
  return { ...summed(partitions), undoUntilMs: undoUntilMs === 0 ? null : undoUntilMs };
}

export async function undoPurge(
  link: Link,
  input: UndoPurge,
  options?: RequestOptions,
): Promise<PurgeResult> {
  return summed((await link.request('UndoPurge', input, options)).partitions);
}

function summed(partitions: readonly PurgedPartition[]): PurgeResult {
  return { messages: partitions.reduce((sum, { messages }) => sum + messages, 0), partitions };
}

export async function tasks(
  link: Link,
  taskIds: readonly number[] | undefined,
  options?: RequestOptions,
): Promise<Task[]> {
  return (await link.request('ListTasks', { taskIds }, options)).tasks;
}

/** The task once it has ended, however: look at its state. Throws UNKNOWN_TASK, ABORTED. */
export async function waitForTask(
  link: Link,
  taskId: number,
  { signal, timeoutMs, intervalMs = 250, onProgress }: WaitForTaskOptions = {},
): Promise<Task> {
  integerOption('intervalMs', intervalMs, TIMEOUT_MS);
  let told = '';
  for (;;) {
    const task = onlyOne(await tasks(link, [taskId], { signal, timeoutMs }));
    const state = JSON.stringify(task);
    if (state !== told) onProgress?.(task);
    told = state;
    if (task.state !== 'running') return task;
    await pause(intervalMs, signal, link.closed);
    throwIfAborted(signal);
    if (link.isClosed) throw new MillraceError('CLIENT_CLOSED');
  }
}
