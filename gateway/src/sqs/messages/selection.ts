// Which attributes of messages a receiver asks for.

import { SqsError } from '../errors.ts';
import type { Attribute } from './attribute.ts';

const ALL: ReadonlySet<string> = new Set(['All', '.*', '*']);

/** `All`, `.*` and `*` mean every attribute, `prefix.*` those whose names begin so; others are names. */
export class AttributeSelection {
  private readonly isAll: boolean;
  private readonly names: ReadonlySet<string>;
  private readonly prefixes: readonly string[];

  constructor(asked: readonly string[]) {
    this.isAll = asked.some((name) => ALL.has(name));
    this.names = new Set(asked);
    this.prefixes = asked.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -2));
  }

  of(attributes: readonly Attribute[]): readonly Attribute[] {
    if (this.isAll || attributes.length === 0) return attributes;
    return attributes.filter(({ name }) => this.has(name));
  }

  private has(name: string): boolean {
    return this.names.has(name) || this.prefixes.some((prefix) => name.startsWith(prefix));
  }
}

/** System attributes of messages. */
const SYSTEM_ATTRIBUTES = [
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SequenceNumber',
  'MessageDeduplicationId',
  'MessageGroupId',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
] as const;
export type SystemAttribute = (typeof SYSTEM_ATTRIBUTES)[number];

const SYSTEM_NAMES: ReadonlySet<string> = new Set([...SYSTEM_ATTRIBUTES, 'All']);

/** Of system attributes. */
export class SystemSelection {
  readonly isEmpty: boolean;
  private readonly isAll: boolean;
  private readonly names: ReadonlySet<string>;

  /** Throws InvalidAttributeName for names that `isOther` does not know either. */
  constructor(asked: readonly string[], isOther: (name: string) => boolean = () => false) {
    const unknown = asked.find((name) => !SYSTEM_NAMES.has(name) && !isOther(name));
    if (unknown !== undefined) {
      throw new SqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
    }
    this.isEmpty = asked.length === 0;
    this.isAll = asked.includes('All');
    this.names = new Set(asked);
  }

  has(name: SystemAttribute): boolean {
    return this.isAll || this.names.has(name);
  }
}
