// Handles of move tasks: base64 of a JSON object with the id of the task, shaped like a UUID, and the ARN of the source.

import { SqsError } from '../errors.ts';
import { parseArn } from './names.ts';
import { jsonObject } from './values.ts';

const UUID = /^00000000-0000-4000-8000-([0-9a-f]{12})$/;
const ANY_UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface TaskHandle {
  /** Undefined where no task of this broker can have the id. */
  readonly taskId: number | undefined;
  /** Name of the source. */
  readonly source: string;
}

export function formatTaskHandle(taskId: number, sourceArn: string): string {
  const uuid = `00000000-0000-4000-8000-${taskId.toString(16).padStart(12, '0')}`;
  return Buffer.from(JSON.stringify({ taskId: uuid, sourceArn })).toString('base64');
}

/** Throws InvalidParameterValue where the text is not a handle. */
export function parseTaskHandle(handle: string): TaskHandle {
  const { taskId, sourceArn } = jsonObject(Buffer.from(handle, 'base64').toString()) ?? {};
  const source = typeof sourceArn === 'string' ? parseArn(sourceArn)?.name : undefined;
  if (typeof taskId !== 'string' || !ANY_UUID.test(taskId) || source === undefined) {
    throw new SqsError('InvalidParameterValue', 'Value for parameter TaskHandle is invalid.');
  }
  const number = Number.parseInt(UUID.exec(taskId)?.[1] ?? '', 16);
  return { taskId: number > 0 && number <= 0xffff_ffff ? number : undefined, source };
}
