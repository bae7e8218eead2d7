// RedrivePolicy and RedriveAllowPolicy: their texts read, and the settings of topics and groups they stand for. Whether
// the queues they name exist is asked elsewhere.

import { SqsError } from '../errors.ts';
import { parseArn } from './names.ts';
import type { TopicChange } from './queue-state.ts';
import { isKeepable, jsonObject, type ValueKind } from './values.ts';

const RECEIVES_MAX = 1_000;
const SOURCES_MAX = 10;
const POLICY_BYTES_MAX = 8 * 1024;
const REDRIVE_MEMBERS = ['maxReceiveCount', 'deadLetterTargetArn'];
const ALLOW_MEMBERS = ['redrivePermission', 'sourceQueueArns'];

export interface RedrivePolicy {
  /** Name of the dead-letter queue. */
  readonly target: string;
  readonly maxReceiveCount: number;
}

export const redrivePolicy: ValueKind = {
  range: `deadLetterTargetArn, maxReceiveCount 1 to ${RECEIVES_MAX}`,
  parse(text) {
    const policy = checkedMembers(text);
    const { maxReceiveCount } = policy;
    // A count that came as a text is shown as a number; otherwise the text stays as it was given.
    if (typeof maxReceiveCount === 'number') return text;
    return JSON.stringify({ ...policy, maxReceiveCount: Number(maxReceiveCount) });
  },
  isSame(left, right) {
    return isSameRedrive(readRedrivePolicy(left), readRedrivePolicy(right));
  },
};

/** Of a text that was checked before. Undefined where it says nothing that could be in force. */
export function readRedrivePolicy(text: string): RedrivePolicy | undefined {
  const policy = jsonObject(text);
  const target = parseArn(String(policy?.['deadLetterTargetArn']))?.name;
  const maxReceiveCount = Number(policy?.['maxReceiveCount']);
  return target === undefined ? undefined : { target, maxReceiveCount };
}

export function isSameRedrive(
  left: RedrivePolicy | undefined,
  right: RedrivePolicy | undefined,
): boolean {
  return left?.target === right?.target && left?.maxReceiveCount === right?.maxReceiveCount;
}

export function invalidRedrive(text: string, reason: string): SqsError {
  const message = `Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}`;
  return new SqsError('InvalidParameterValue', message);
}

function checkedMembers(text: string): Readonly<Record<string, unknown>> {
  const policy = isKeepable(text, POLICY_BYTES_MAX) ? jsonObject(text) : undefined;
  if (policy === undefined) throw invalidRedrive(text, 'Redrive policy is not a valid JSON map.');
  for (const name of REDRIVE_MEMBERS) {
    if (Object.hasOwn(policy, name)) continue;
    throw invalidRedrive(text, `Redrive policy does not contain mandatory attribute: ${name}.`);
  }
  const { maxReceiveCount: count, deadLetterTargetArn: arn } = policy;
  if (!isCount(count)) {
    throw invalidRedrive(
      text,
      `Invalid value for maxReceiveCount: ${typeof count === 'string' ? count : JSON.stringify(count)}, valid values are from 1 to ${RECEIVES_MAX} both inclusive.`,
    );
  }
  const target = typeof arn === 'string' ? parseArn(arn) : undefined;
  if (target === undefined) {
    throw invalidRedrive(text, 'Dead-letter target ARN should be fully qualified ARN.');
  }
  if (target.service !== 'sqs') {
    throw invalidRedrive(text, 'Only SQS queues are valid resources for deadLetterTargetArn.');
  }
  if (Object.keys(policy).some((name) => !REDRIVE_MEMBERS.includes(name))) {
    const members = REDRIVE_MEMBERS.join(', ');
    throw invalidRedrive(text, `Only following attributes are supported: [${members}].`);
  }
  return policy;
}

/** A number, or its digits as a text. */
function isCount(value: unknown): boolean {
  if (typeof value === 'string' && !/^\d+$/.test(value)) return false;
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const count = Number(value);
  return Number.isInteger(count) && count >= 1 && count <= RECEIVES_MAX;
}

export const redriveAllowPolicy: ValueKind = {
  range: `redrivePermission allowAll, denyAll or byQueue with 1 to ${SOURCES_MAX} sourceQueueArns`,
  parse(text) {
    checkAllowPolicy(text);
    return text;
  },
  isSame(left, right) {
    return isSameAllow(readAllowPolicy(left), readAllowPolicy(right));
  },
};

const POLICY_OF = { allowAll: 'all', denyAll: 'none', byQueue: 'listed' } as const;
type Permission = keyof typeof POLICY_OF;
export type DeadLetterSources = Required<
  Pick<TopicChange, 'deadLettersFrom' | 'deadLetterSources'>
>;

/** The settings of the topic that a text stands for; undefined where it is none. */
export function readAllowPolicy(text: string): DeadLetterSources | undefined {
  const policy = readableAllow(text);
  if (policy === undefined) return undefined;
  const names = policy.arns.flatMap((arn) => parseArn(arn)?.name ?? []);
  return {
    deadLettersFrom: POLICY_OF[policy.permission],
    deadLetterSources: [...new Set(names)],
  };
}

export function isSameAllow(
  left: DeadLetterSources | undefined,
  right: DeadLetterSources | undefined,
): boolean {
  if (left?.deadLettersFrom !== right?.deadLettersFrom) return false;
  const names = (sources: DeadLetterSources | undefined) =>
    (sources?.deadLetterSources ?? []).toSorted().join();
  return names(left) === names(right);
}

/** What a topic's settings say, as a text; undefined where it takes from all. */
export function allowPolicyText(
  { deadLettersFrom, deadLetterSources }: DeadLetterSources,
  arnOf: (name: string) => string,
): string | undefined {
  if (deadLettersFrom === 'none') return JSON.stringify({ redrivePermission: 'denyAll' });
  if (deadLettersFrom !== 'listed') return undefined;
  const sourceQueueArns = (deadLetterSources ?? []).map(arnOf);
  return JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns });
}

function isPermission(value: unknown): value is Permission {
  return typeof value === 'string' && Object.hasOwn(POLICY_OF, value);
}

interface ReadableAllow {
  readonly permission: Permission;
  readonly arns: readonly string[];
  readonly hasArns: boolean;
}

function readableAllow(text: string): ReadableAllow | undefined {
  const policy = isKeepable(text, POLICY_BYTES_MAX) ? jsonObject(text) : undefined;
  const permission = policy?.['redrivePermission'];
  const given = policy?.['sourceQueueArns'];
  const arns: unknown[] = Array.isArray(given) ? given : [];
  const isReadable =
    policy !== undefined &&
    (given === undefined || Array.isArray(given)) &&
    arns.every((arn) => typeof arn === 'string' && parseArn(arn)?.service === 'sqs') &&
    Object.keys(policy).every((name) => ALLOW_MEMBERS.includes(name));
  if (!isReadable || !isPermission(permission)) return undefined;
  return { permission, arns: arns as readonly string[], hasArns: given !== undefined };
}

function checkAllowPolicy(text: string): void {
  const policy = readableAllow(text);
  if (policy === undefined) {
    throw new SqsError(
      'InvalidParameterValue',
      "Invalid value for the parameter RedriveAllowPolicy. Reason: Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.",
    );
  }
  const { permission, arns, hasArns } = policy;
  if (permission !== 'byQueue' && hasArns) {
    throw invalidAllow(
      text,
      'To specify one or more source queue ARNs, you must set redrivePermission to byQueue.',
    );
  }
  if (permission === 'byQueue' && arns.length === 0) {
    throw invalidAllow(
      text,
      'When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.',
    );
  }
  if (arns.length > SOURCES_MAX) {
    throw invalidAllow(
      text,
      `The maximum number of source queue ARNs you can specify is ${SOURCES_MAX}.`,
    );
  }
}

function invalidAllow(text: string, reason: string): SqsError {
  return new SqsError(
    'InvalidParameterValue',
    `Value ${text} for parameter RedriveAllowPolicy is invalid. Reason: Amazon SQS can't create the redrive allow policy. ${reason}`,
  );
}
