// Refusals as a table: a call, the error it must meet, and the text. The codes stand here once more, by the service's
// own model, so that a slip in the gateway's table shows.

import { expect, test } from 'vitest';
import type { TestQueue } from './queues.ts';
import { askJson, jsonRefusal } from './wire.ts';

const MODELED = 'com.amazonaws.sqs#';
const UNMODELED = 'com.amazon.coral.service#';
const OLD = 'AWS.SimpleQueueService.';

/** Type of the JSON protocol, older code, HTTP status. */
const ERRORS = {
  QueueDoesNotExist: [`${MODELED}QueueDoesNotExist`, `${OLD}NonExistentQueue`, 400],
  QueueNameExists: [`${MODELED}QueueNameExists`, 'QueueAlreadyExists', 400],
  PurgeQueueInProgress: [`${MODELED}PurgeQueueInProgress`, `${OLD}PurgeQueueInProgress`, 403],
  ReceiptHandleIsInvalid: [`${MODELED}ReceiptHandleIsInvalid`, 'ReceiptHandleIsInvalid', 404],
  EmptyBatchRequest: [`${MODELED}EmptyBatchRequest`, `${OLD}EmptyBatchRequest`, 400],
  TooManyEntriesInBatchRequest: [
    `${MODELED}TooManyEntriesInBatchRequest`,
    `${OLD}TooManyEntriesInBatchRequest`,
    400,
  ],
  BatchEntryIdsNotDistinct: [
    `${MODELED}BatchEntryIdsNotDistinct`,
    `${OLD}BatchEntryIdsNotDistinct`,
    400,
  ],
  InvalidBatchEntryId: [`${MODELED}InvalidBatchEntryId`, `${OLD}InvalidBatchEntryId`, 400],
  BatchRequestTooLong: [`${MODELED}BatchRequestTooLong`, `${OLD}BatchRequestTooLong`, 400],
  InvalidAttributeName: [`${MODELED}InvalidAttributeName`, 'InvalidAttributeName', 400],
  InvalidAttributeValue: [`${MODELED}InvalidAttributeValue`, 'InvalidAttributeValue', 400],
  InvalidMessageContents: [`${MODELED}InvalidMessageContents`, 'InvalidMessageContents', 400],
  OverLimit: [`${MODELED}OverLimit`, 'OverLimit', 403],
  ResourceNotFound: [`${MODELED}ResourceNotFoundException`, 'ResourceNotFoundException', 404],
  InvalidParameterValue: [
    `${UNMODELED}InvalidParameterValueException`,
    'InvalidParameterValue',
    400,
  ],
  MissingParameter: [`${UNMODELED}MissingRequiredParameterException`, 'MissingParameter', 400],
} as const satisfies Record<string, readonly [string, string, number]>;

export type ErrorName = keyof typeof ERRORS;

/** What the calls of a table are made on. */
export interface Ground {
  readonly endpoint: string;
  readonly standard: TestQueue;
  /** Without deduplication by content. */
  readonly fifo: TestQueue;
}

export interface RefusalRow {
  readonly what: string;
  readonly action: string;
  readonly input: (ground: Ground) => object;
  readonly error: ErrorName;
  /** Absent where the service's text is not known. */
  readonly text?: string | RegExp | ((ground: Ground) => string);
}

export async function expectRefusal(
  endpoint: string,
  action: string,
  input: object,
  error: ErrorName,
): Promise<string> {
  const answer = await askJson(endpoint, action, input);
  const [type, code, status] = ERRORS[error];
  const { message, ...found } = jsonRefusal(answer);
  expect({ ...found, message }).toEqual({ type, code, status, message: expect.any(String) });
  expect(answer.headers['x-amzn-query-error']).toBe(`${code};Sender`);
  return message;
}

export function refusalTests(rows: readonly RefusalRow[], ground: () => Ground): void {
  for (const { what, action, input, error, text } of rows) {
    test.concurrent(`${action}: ${what}`, async () => {
      const on = ground();
      const message = await expectRefusal(on.endpoint, action, input(on), error);
      expect(message).toMatch(patternOf(text, on));
    });
  }
}

function patternOf(text: RefusalRow['text'], on: Ground): RegExp {
  if (text === undefined) return /./;
  if (text instanceof RegExp) return text;
  const whole = typeof text === 'string' ? text : text(on);
  return new RegExp(`^${whole.replaceAll(/[^\w\s]/g, '\\$&')}$`);
}

/** Ids `1`, `2`, and so on, with the same fields in each. */
export function entries(count: number, fields: object): object[] {
  return Array.from({ length: count }, (_, at) => ({ Id: `${at + 1}`, ...fields }));
}
