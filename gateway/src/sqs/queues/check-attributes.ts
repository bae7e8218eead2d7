// What callers give as attributes of a queue: names first, then values, then one against another. Which queues a policy
// names is asked elsewhere.

import { SqsError } from '../errors.ts';
import {
  ATTRIBUTE_NAMES,
  type AttributeName,
  attribute,
  type Ground,
  isAttributeName,
} from './attributes.ts';
import { joined, type QueueChange } from './queue-change.ts';

/** As they come, by names that may have blanks around them. */
export type GivenAttributes = Readonly<Record<string, string>>;
/** In canonical form. */
export type CheckedAttributes = ReadonlyMap<AttributeName, string>;

const SCOPED = ['DeduplicationScope', 'FifoThroughputLimit'];

/** Whether a queue that is to be made is to be a FIFO queue. */
export function asksForFifo(given: GivenAttributes): boolean {
  return trimmed(given).get('FifoQueue')?.toLowerCase() === 'true';
}

/** Throws InvalidAttributeName. */
export function checkNames(given: GivenAttributes, isFifo: boolean): void {
  for (const name of trimmed(given).keys()) {
    if (!isAttributeName(name) || attribute(name).set === 'never') throw unknownAttribute(name);
    if (isFifo || attribute(name).isFifo === undefined) continue;
    if (!SCOPED.includes(name)) throw unknownAttribute(name);
    const message = `You can specify the ${name} only when FifoQueue is set to true.`;
    throw new SqsError('InvalidAttributeName', message);
  }
}

/** The names were checked. Throws InvalidAttributeValue, InvalidAttributeName, or what the value's kind has of its own. */
export function checkValues(given: GivenAttributes): CheckedAttributes {
  const checked = new Map<AttributeName, string>();
  for (const [name, value] of trimmed(given)) {
    if (isAttributeName(name)) checked.set(name, checkedValue(name, value));
  }
  const hasKey = (checked.get('KmsMasterKeyId') ?? '') !== '';
  if (hasKey && checked.get('SqsManagedSseEnabled') === 'true') {
    throw new SqsError(
      'InvalidAttributeName',
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    );
  }
  return checked;
}

/** Limits by group are for queues whose duplicates are found by group. `inForce`: where the caller does not say. */
export function checkThroughput(
  checked: CheckedAttributes,
  inForce: { readonly scope: string; readonly limit: string },
): void {
  const scope = checked.get('DeduplicationScope') ?? inForce.scope;
  const limit = checked.get('FifoThroughputLimit') ?? inForce.limit;
  if (scope === 'messageGroup' || limit !== 'perMessageGroupId') return;
  if (!checked.has('DeduplicationScope') && !checked.has('FifoThroughputLimit')) return;
  throw new SqsError(
    'InvalidParameterValue',
    'The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup',
  );
}

/** All that the attributes ask for. */
export function changeFor(checked: CheckedAttributes, ground: Ground): QueueChange {
  return joined([...checked].map(([name, value]) => attribute(name).change?.(value, ground) ?? {}));
}

/** Settings of topic and group that a new queue has where its maker says nothing. */
export function changeForDefaults(isFifo: boolean, ground: Ground): QueueChange {
  const asked = ATTRIBUTE_NAMES.flatMap((name) => {
    const { fallback, isFifo: isFifoOnly, change } = attribute(name);
    const isMeant = fallback !== undefined && (isFifo || isFifoOnly === undefined);
    return isMeant ? (change?.(fallback, ground) ?? {}) : [];
  });
  const { topic, group } = joined(asked);
  return { topic, group };
}

/** Whether two values of an attribute, either of which may be absent, say the same. */
export function isSameValue(name: AttributeName, left: string, right: string): boolean {
  if (left === right) return true;
  if (left === '' || right === '') return false;
  return attribute(name).value?.isSame?.(left, right) ?? false;
}

export function unknownAttribute(name: string): SqsError {
  return new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

function checkedValue(name: AttributeName, given: string): string {
  const { value, isRemovable } = attribute(name);
  if (given === '' && isRemovable) return '';
  const parsed = value?.parse(given);
  if (parsed !== undefined) return parsed;
  throw new SqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}

function trimmed(given: GivenAttributes): Map<string, string> {
  return new Map(Object.entries(given).map(([name, value]) => [name.trim(), value]));
}
