// Statements of a queue's Policy text, added and taken away by their label. The text is kept and shown; nothing is
// allowed or refused by it.

import { SqsError } from '../errors.ts';
import { jsonObject } from './values.ts';

const STATEMENTS_MAX = 20;
const VERSION = '2008-10-17';

export interface Permission {
  readonly label: string;
  readonly accounts: readonly string[];
  /** Without the name of the service. */
  readonly actions: readonly string[];
}

/** Throws InvalidParameterValue where the label is there, OverLimit. */
export function withStatement(
  policy: string | undefined,
  { label, accounts, actions }: Permission,
  queueArn: string,
): string {
  const before = policy === undefined ? undefined : jsonObject(policy);
  const statements = statementsOf(before);
  if (statements.some((statement) => isLabelled(statement, label))) {
    throw invalidLabel(label, 'Already exists.');
  }
  if (statements.length >= STATEMENTS_MAX) {
    throw new SqsError(
      'OverLimit',
      `${statements.length + 1} Statements were found, maximum allowed is ${STATEMENTS_MAX}.`,
    );
  }
  const added = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrAll(accounts.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: oneOrAll(actions.map((action) => `SQS:${action}`)),
    Resource: queueArn,
  };
  const head = before ?? { Version: VERSION, Id: `${queueArn}/SQSDefaultPolicy` };
  return JSON.stringify({ ...head, Statement: [...statements, added] });
}

/** Undefined where no statement is left. Throws InvalidParameterValue where there is no such label. */
export function withoutStatement(policy: string | undefined, label: string): string | undefined {
  const before = policy === undefined ? undefined : jsonObject(policy);
  const statements = statementsOf(before);
  const left = statements.filter((statement) => !isLabelled(statement, label));
  if (left.length === statements.length) throw invalidLabel(label, "can't find label.");
  return left.length === 0 ? undefined : JSON.stringify({ ...before, Statement: left });
}

export function invalidLabel(label: string, reason: string): SqsError {
  return new SqsError(
    'InvalidParameterValue',
    `Value ${label} for parameter Label is invalid. Reason: ${reason}`,
  );
}

/** One alone may stand without a list. */
function statementsOf(policy: Readonly<Record<string, unknown>> | undefined): readonly unknown[] {
  const statements = policy?.['Statement'] ?? [];
  return Array.isArray(statements) ? statements : [statements];
}

function isLabelled(statement: unknown, label: string): boolean {
  return typeof statement === 'object' && statement !== null && 'Sid' in statement
    ? statement.Sid === label
    : false;
}

function oneOrAll(texts: readonly string[]): string | readonly string[] {
  const [only] = texts;
  return texts.length === 1 && only !== undefined ? only : texts;
}
