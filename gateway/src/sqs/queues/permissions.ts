// AddPermission and RemovePermission: the Policy text is read, changed and written back only if nobody else changed it
// meanwhile; otherwise again.

import { SqsError } from '../errors.ts';
import type { QueueAction } from '../handler.ts';
import { type ActionName, isActionName } from '../model/actions.ts';
import { exchangeAnnotations } from './alter-queue.ts';
import { annotationOf } from './annotations.ts';
import { nameInUrl, queueArn } from './names.ts';
import { nowSeconds } from './native-settings.ts';
import { invalidLabel, withoutStatement, withStatement } from './policy-statements.ts';
import type { QueueContext, QueueHandler } from './queue-action.ts';
import { loadQueue } from './queue-state.ts';

const ACTIONS_MAX = 7;
const TRIES_MAX = 50;
const POLICY = annotationOf('Policy');
const POLICY_BYTES_MAX = 8 * 1024;
const LABEL = /^[A-Za-z0-9_-]{1,80}$/;
const ACCOUNT = /^\d{12}$/;

/** Actions that others may be allowed; batches go by the action for one. */
const GRANTABLE: readonly string[] = [
  '*',
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
] satisfies readonly ('*' | ActionName)[];
const BATCHES: readonly string[] = [
  'ChangeMessageVisibilityBatch',
  'DeleteMessageBatch',
  'SendMessageBatch',
] satisfies readonly Exclude<ActionName, QueueAction>[];

export const addPermission: QueueHandler<'AddPermission'> = async (context, input, call) => {
  const { Label: label, AWSAccountIds: accounts, Actions: actions } = input;
  await loadQueue(context.admin, nameInUrl(input.QueueUrl));
  checkLabel(label);
  checkActions(actions);
  if (accounts.length === 0 || !accounts.every((account) => ACCOUNT.test(account))) {
    throw new SqsError(
      'InvalidParameterValue',
      `Value [${accounts.join(', ')}] for parameter PrincipalId is invalid. Reason: Unable to verify.`,
    );
  }
  await changePolicy(context, input.QueueUrl, (policy, name) =>
    withStatement(policy, { label, accounts, actions }, queueArn(name, call)),
  );
  return {};
};

export const removePermission: QueueHandler<'RemovePermission'> = async (context, input) => {
  await loadQueue(context.admin, nameInUrl(input.QueueUrl));
  checkLabel(input.Label);
  await changePolicy(context, input.QueueUrl, (policy) => withoutStatement(policy, input.Label));
  return {};
};

async function changePolicy(
  { admin }: QueueContext,
  url: string,
  change: (policy: string | undefined, name: string) => string | undefined,
): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const queue = await loadQueue(admin, nameInUrl(url));
    const before = queue.topic.annotations[POLICY];
    const after = change(before, queue.topic.name);
    if (after !== undefined && Buffer.byteLength(after) > POLICY_BYTES_MAX) {
      throw new SqsError('OverLimit', `A policy has at most ${POLICY_BYTES_MAX} bytes.`);
    }
    const changed = {
      [POLICY]: after ?? null,
      [annotationOf('LastModifiedTimestamp')]: nowSeconds(),
    };
    if (await exchangeAnnotations(admin, queue, { [POLICY]: before ?? null }, changed)) return;
  }
  throw new SqsError('ServiceUnavailable', 'The policy is being changed by others.');
}

function checkLabel(label: string): void {
  if (label === '') {
    throw new SqsError('MissingParameter', 'The request must contain the parameter Label.');
  }
  if (LABEL.test(label)) return;
  throw invalidLabel(
    label,
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
  );
}

function checkActions(actions: readonly string[]): void {
  if (actions.length === 0) {
    throw new SqsError('MissingParameter', 'The request must contain the parameter ActionName.');
  }
  if (actions.length > ACTIONS_MAX) {
    const message = `${actions.length} Actions were found, maximum allowed is ${ACTIONS_MAX}.`;
    throw new SqsError('OverLimit', message);
  }
  for (const action of actions) {
    if (GRANTABLE.includes(action)) continue;
    const isOwners = isActionName(action) && !BATCHES.includes(action);
    const reason = isOwners
      ? 'Only the queue owner is allowed to invoke this action.'
      : 'Please refer to the appropriate WSDL for a list of valid actions. ';
    const message = `Value SQS:${action} for parameter ActionName is invalid. Reason: ${reason}`;
    throw new SqsError('InvalidParameterValue', message);
  }
}
