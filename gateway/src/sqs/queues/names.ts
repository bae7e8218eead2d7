// Names of queues, and the two long forms of them: URLs and ARNs. What a queue is called decides; host, region and
// account of what is given do not.

import { SqsError } from '../errors.ts';
import type { SqsCall } from '../handler.ts';

const STANDARD_NAME = /^[A-Za-z0-9_-]{1,80}$/;
const FIFO_NAME = /^[A-Za-z0-9_-]{1,75}\.fifo$/;
/** Of a topic and of a share group. */
const NATIVE_NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;
const SCHEME_AND_HOST = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i;
const ARN_PARTS = 6;

/** A name that a new queue may have. Throws InvalidParameterValue. */
export function checkNewName(name: string, isFifo: boolean): void {
  if (isFifo && !FIFO_NAME.test(name)) {
    throw new SqsError(
      'InvalidParameterValue',
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length',
    );
  }
  if (!isFifo && !STANDARD_NAME.test(name)) {
    throw new SqsError(
      'InvalidParameterValue',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
}

/** Whether a queue made here or natively could have this name. */
export function isPossibleName(name: string): boolean {
  return NATIVE_NAME.test(name);
}

/**
 * The last part of a URL of any host, of a path, or a bare name; undefined where that is no name at all.
 */
export function nameInUrl(url: string): string | undefined {
  const path = url.replace(SCHEME_AND_HOST, '');
  const name = path.slice(path.lastIndexOf('/') + 1);
  return isPossibleName(name) ? name : undefined;
}

export function queueUrl(name: string, { baseUrl, account }: SqsCall): string {
  return `${baseUrl}/${account}/${name}`;
}

export function queueArn(name: string, { region, account }: SqsCall): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

export interface Arn {
  readonly service: string;
  /** Of the queue, where it is one. */
  readonly name: string;
}

/** Undefined where the text is not an ARN. */
export function parseArn(arn: string): Arn | undefined {
  const parts = arn.split(':');
  const [scheme, partition, service, , , name] = parts;
  if (parts.length !== ARN_PARTS || scheme !== 'arn' || !partition) return undefined;
  if (service === undefined || name === undefined || !isPossibleName(name)) return undefined;
  return { service, name };
}
