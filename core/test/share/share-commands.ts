// Trace commands of share groups, over one Machine, beside those of topics and logs.
import {
  ACK_KINDS,
  type AckKind,
  DEAD_LETTER_HEADERS,
  errorName,
  readRecords,
} from '@millrace/protocol';
import {
  counters,
  decideAcknowledge,
  decideAlterShareGroup,
  decideCreateShareGroup,
  decideDeleteShareGroup,
  decideDue,
  decideReceive,
  decideRemoved,
  describeShareGroups,
  type Lease,
  leaseHolders,
  nextDueMs,
  peek,
  readBatches,
  receivablePartitions,
  sharesBehindLog,
} from '../../src/index.ts';
import type { ShareConfigChange } from '../../src/share/share-config.ts';
import { logCommands, placeOf } from '../support/log-commands.ts';
import type { Machine } from '../support/machine.ts';
import { numberOf, type TraceCommand, type TraceCommands, word } from '../support/trace.ts';

const TEXT = new TextDecoder();
const START = { earliest: -2, latest: -1 } as const;
const NUMBERS = {
  visibility: 'visibilityTimeoutMs',
  deliveries: 'maxDeliveries',
  base: 'backoffBaseMs',
  factor: 'backoffFactor',
  cap: 'backoffMaxMs',
  'in-flight': 'maxInFlight',
} as const;
const STATES = [
  'fresh',
  'ready',
  'scheduled',
  'leased',
  'parked',
  'blocked',
  'acknowledged',
  'dead',
  'removed',
  'purged',
  'skipped',
] as const;
const WORDS = {
  backoff: 'backoff',
  jitter: 'jitter',
  exhausted: 'onExhausted',
  'asked-at': 'exhaustedAt',
  expired: 'onExpired',
  ordering: 'ordering',
  fairness: 'fairness',
  late: 'lateReceipts',
} as const;

function configOf({ options }: TraceCommand): ShareConfigChange {
  const config: Record<string, boolean | number | string> = {};
  for (const [option, field] of Object.entries(NUMBERS)) {
    const text = options.get(option);
    if (text !== undefined) config[field] = Number(text);
  }
  for (const [option, field] of Object.entries(WORDS)) {
    const text = options.get(option);
    if (text !== undefined) config[field] = text;
  }
  const fence = options.get('fence');
  if (fence !== undefined) config['fence'] = fence === 'true';
  const loops = options.get('loops');
  if (loops !== undefined) config['deadLetterLoops'] = loops === 'true';
  return config;
}

function startOf({ options }: TraceCommand): number {
  const text = options.get('start') ?? 'earliest';
  return text === 'earliest' || text === 'latest' ? START[text] : Number(text);
}

/** `g orders/1`: the group by name, or a number that stands for a group id. */
export function keyOf(machine: Machine, command: TraceCommand) {
  const name = word(command, 0);
  const groupId = machine.state.catalog.groupByName(name)?.groupId ?? Number(name);
  if (Number.isNaN(groupId)) throw new Error(`no group ${name}`);
  return { groupId, ...placeOf(machine, word(command, 1)) };
}

export function rangeText(first: number, last: number): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

function leaseText({ firstOffset, lastOffset, ...lease }: Lease): string {
  const range = { from: firstOffset, to: lastOffset };
  const values = lease.batches
    .flatMap((batch) => readRecords(batch, range))
    .map(({ value }) => TEXT.decode(value ?? new Uint8Array()).replace(/\.+$/, ''));
  const { token, deliveries, deadlineMs, firstDeliveredAtMs } = lease;
  return `${rangeText(firstOffset, lastOffset)} token ${token} delivery ${deliveries} until ${deadlineMs} first ${firstDeliveredAtMs}: ${values.join(' ')}`;
}

function groupCommands(machine: Machine): TraceCommands {
  const topicsOf = (command: TraceCommand, option: string) =>
    command.options.get(option)?.split(',') ?? null;
  return {
    'create-group': (command) => {
      machine.run(decideCreateShareGroup, {
        group: word(command, 0),
        topics: topicsOf(command, 'topics') ?? [],
        startAt: startOf(command),
        deadLetterTopic: command.options.get('dlq') ?? null,
        config: configOf(command),
      });
      return undefined;
    },
    'alter-group': (command) => {
      machine.run(decideAlterShareGroup, {
        group: word(command, 0),
        addTopics: topicsOf(command, 'add'),
        startAt: startOf(command),
        deadLetterTopic: command.options.get('dlq') ?? null,
        config: configOf(command),
      });
      return undefined;
    },
    'delete-group': (command) => {
      machine.run(decideDeleteShareGroup, { group: word(command, 0) });
      return undefined;
    },
    'describe-groups': (command) => {
      const groups = command.words.length === 0 ? null : [...command.words];
      const found = machine.run(describeShareGroups, { groups }).groups;
      const lines = found.flatMap(({ group, groupId, config, topics }) => [
        `${groupId} ${group}`,
        `  ${Object.values(config).join(' ')}`,
        ...topics.map((topic) => `  ${topic.topic} ${topic.startAt} ${topic.deadLetterTopic}`),
      ]);
      return lines.join('\n') || 'none';
    },
  };
}

function queueCommands(machine: Machine): TraceCommands {
  const acknowledge = (kind: AckKind) => (command: TraceCommand) => {
    const [first = '', last = first] = word(command, 2).split('-');
    const reply = machine.run(decideAcknowledge, {
      ...keyOf(machine, command),
      firstOffset: Number(first),
      lastOffset: Number(last),
      token: numberOf(command, 'token'),
      kind,
      delayMs: command.options.has('delay') ? numberOf(command, 'delay') : null,
      errorText: command.options.get('error')?.replaceAll('_', ' ') ?? null,
    });
    const lines = reply.outcomes.map(({ firstOffset, lastOffset, errorCode }) => {
      return `${rangeText(firstOffset, lastOffset)} ${errorName(errorCode) ?? 'done'}`;
    });
    if (reply.deadlineMs !== null) lines.push(`until ${reply.deadlineMs}`);
    if (reply.deadLettered > 0) lines.push(`dead-lettered ${reply.deadLettered}`);
    return lines.join('\n');
  };
  return {
    ...Object.fromEntries(ACK_KINDS.map((kind) => [kind, acknowledge(kind)])),
    receive: (command) => {
      const visibility = command.options.has('visibility') ? numberOf(command, 'visibility') : null;
      const { leases, isLimited } = machine.run(decideReceive, {
        ...keyOf(machine, command),
        memberId: command.words[2] ?? 'm',
        maxMessages: numberOf(command, 'max', 10),
        maxBytes: numberOf(command, 'bytes', 1_000_000),
        visibilityTimeoutMs: visibility,
      });
      const told = leases.map((lease) => leaseText(lease)).join('\n');
      return told || (isLimited ? 'nothing, too many in flight' : 'nothing');
    },
    due: (command) => {
      const runsMax = numberOf(command, 'runs', 100);
      const graceUntilMs = numberOf(command, 'grace-until', 0);
      const reply = machine.run(decideDue, { runsMax, graceUntilMs });
      const { expired, readied, deadLettered, more } = reply;
      return `expired ${expired} readied ${readied} dead-lettered ${deadLettered}${more ? ', more' : ''}`;
    },
    'next-due': (command) => {
      const graceUntilMs = numberOf(command, 'grace-until', 0);
      return `${nextDueMs(machine.state.shares, machine.view, graceUntilMs) ?? 'never'}`;
    },
    forget: (command) => {
      const rowsMax = numberOf(command, 'rows', 100);
      const reply = machine.run(decideRemoved, { ...keyOf(machine, command), rowsMax });
      return `removed ${reply.removed}${reply.more ? ', more' : ''}`;
    },
    behind: () =>
      [...sharesBehindLog(machine.state)].map((key) => Object.values(key).join(' ')).join('\n') ||
      'none',
  };
}

function stateCommands(machine: Machine): TraceCommands {
  const ranges = (command: TraceCommand) => {
    const { topicId, partition } = placeOf(machine, word(command, 1));
    const topic = machine.state.catalog.topics.get(topicId)?.name ?? '';
    const fromOffset = numberOf(
      command,
      'from',
      machine.state.logs.at(topicId, partition).startOffset,
    );
    const maxMessages = numberOf(command, 'max', 100);
    const request = { group: word(command, 0), topic, partition, fromOffset, maxMessages };
    return machine.run(peek, { ...request, maxBytes: 1 }).ranges;
  };
  return {
    peek: (command) =>
      ranges(command)
        .map(({ firstOffset, lastOffset, state, ...range }) => {
          const parts = [`${rangeText(firstOffset, lastOffset)} ${state}`];
          if (range.deliveries > 0) parts.push(`deliveries ${range.deliveries}`);
          if (range.memberId !== null) parts.push(`token ${range.token} by ${range.memberId}`);
          if (range.untilMs !== null) parts.push(`until ${range.untilMs}`);
          if (range.deadReason !== null) parts.push(range.deadReason);
          if (range.lastError !== null) parts.push(`"${range.lastError}"`);
          return parts.join(' ');
        })
        .join('\n') || 'nothing',
    count: (command) =>
      machine
        .run(counters, { group: word(command, 0) })
        .partitions.map((counts) => {
          const { topic, partition, startOffset, cursor, endOffset } = counts;
          const { oldestUnresolvedMs, firstUnresolvedOffset } = counts;
          const told = STATES.filter((state) => counts[state] > 0);
          const text = told.map((state) => `${state} ${counts[state]}`).join(' ') || 'nothing';
          const place = `${topic}/${partition} [${startOffset}, ${cursor}, ${endOffset})`;
          const { undo } = counts;
          const purge = undo === null ? '' : `; ${undo.messages} to undo until ${undo.untilMs}`;
          return `${place} ${text}; oldest ${oldestUnresolvedMs} at ${firstUnresolvedOffset}${purge}`;
        })
        .join('\n') || 'none',
    holders: (command) => `${leaseHolders(machine.state, keyOf(machine, command).groupId)}`,
    ask: (command) => {
      const { catalog } = machine.state;
      const topics = command.words.slice(1).map((name) => catalog.topicByName(name)?.topicId ?? 0);
      const groupId = catalog.groupByName(word(command, 0))?.groupId ?? 0;
      return (
        [...receivablePartitions(machine.state, groupId, topics, numberOf(command, 'rotation', 0))]
          .map(({ topicId, partition }) => `${catalog.topics.get(topicId)?.name}/${partition}`)
          .join(' ') || 'none'
      );
    },
    /** Values and provenance of the records of a dead-letter topic. */
    letters: (command) => {
      const place = placeOf(machine, word(command, 0));
      const read = { ...place, offset: 0, bytesMax: 1_000_000, batchesMax: 1_000 };
      const reply = readBatches(machine.state, machine.view, read);
      if (reply.error !== undefined) throw reply.error;
      const names = new Map<string, string>(
        Object.entries(DEAD_LETTER_HEADERS).map(([short, name]) => [name, short]),
      );
      return (
        reply.batches
          .flatMap((batch) => readRecords(batch))
          .map(({ offset, value, headers }) => {
            const told = headers.map(
              ([name, bytes]) => `  ${names.get(name) ?? name} ${TEXT.decode(bytes)}`,
            );
            return [`${offset} ${value === null ? 'null' : TEXT.decode(value)}`, ...told].join(
              '\n',
            );
          })
          .join('\n') || 'none'
      );
    },
  };
}

export function shareCommands(machine: Machine): TraceCommands {
  return {
    ...logCommands(machine),
    ...groupCommands(machine),
    ...queueCommands(machine),
    ...stateCommands(machine),
  };
}
