// Trace commands of topics and logs, over one Machine. Other areas spread them into commands of their own.
import {
  batchHeader,
  dedupHash,
  POSITION,
  type ProducerStamp,
  type RecordInput,
  TENANT_HEADER,
} from '@millrace/protocol';
import type { AnnotationsChange } from '../../src/catalog/altered-annotations.ts';
import {
  decideAlterTopic,
  decideAppend,
  decideCreateTopic,
  decideDeleteRecords,
  decideDeleteTopic,
  decideExpireRows,
  decideInitProducer,
  decideRetention,
  decideSweep,
  listOffset,
  readBatches,
  type TableName,
  type TopicConfigChange,
} from '../../src/index.ts';
import { appendRecords, recordsOf } from './batches.ts';
import type { Machine } from './machine.ts';
import { topicChange } from './topic-change.ts';
import { numberOf, type TraceCommand, type TraceCommands, word } from './trace.ts';

const SETTINGS = {
  'retention-ms': 'retentionMs',
  'retention-bytes': 'retentionBytes',
  'segment-bytes': 'segmentBytes',
  'segment-ms': 'segmentMs',
  'message-bytes': 'messageBytesMax',
  'message-ttl-ms': 'messageTtlMs',
  'dedup-window-ms': 'dedupWindowMs',
  'lag-ms': 'compactionLagMs',
  'tombstone-ms': 'tombstoneRetentionMs',
  'dirty-ratio': 'compactionDirtyRatio',
} as const;
const CHOICES = {
  dedup: 'dedup',
  'dedup-scope': 'dedupScope',
  'letters-from': 'deadLettersFrom',
  cleanup: 'cleanupPolicy',
} as const;

function configOf(command: TraceCommand): TopicConfigChange {
  const { options } = command;
  const config: { [name: string]: unknown } = {};
  for (const [option, field] of Object.entries(SETTINGS)) {
    if (options.has(option)) config[field] = numberOf(command, option);
  }
  for (const [option, field] of Object.entries(CHOICES)) {
    if (options.has(option)) config[field] = options.get(option);
  }
  const sources = options.get('letter-sources');
  if (sources !== undefined) config['deadLetterSources'] = sources.split(',').filter(Boolean);
  if (options.has('retention-acked'))
    config['retentionAcked'] = options.get('retention-acked') === 'on';
  return topicChange(config);
}

const TEXT = new TextEncoder();

/** What an option says of each record: `key=a,b,-` of three, the last without; `key=a` of all. */
function partOf({ options }: TraceCommand, option: string, at: number): string | undefined {
  const parts = options.get(option)?.split(',') ?? [];
  const part = parts.length === 1 ? parts[0] : parts[at];
  return part === '-' ? undefined : part;
}

/** `append TOPIC VALUE... bytes=N (value `-`: none) key= tenant= delay= ttl= dedup= deliveries= group=` */
function recordsToAppend(command: TraceCommand): RecordInput[] {
  const bytes = numberOf(command, 'bytes', 0);
  return command.words.slice(1).map((value, at): RecordInput => {
    const number = (option: string) =>
      Number(partOf(command, option, at)?.replaceAll('_', '') ?? 0);
    const [key, tenant, dedup] = ['key', 'tenant', 'dedup'].map((name) =>
      partOf(command, name, at),
    );
    return {
      value: value === '-' ? null : TEXT.encode(value.padEnd(bytes, '.')),
      key: key === undefined ? null : TEXT.encode(key),
      headers: tenant === undefined ? [] : [[TENANT_HEADER, TEXT.encode(tenant)]],
      dedup: dedup === undefined ? undefined : dedupHash(dedup),
      delayMs: number('delay'),
      ttlMs: number('ttl'),
      maxDeliveries: number('deliveries'),
      groupId: number('group'),
    };
  });
}

/** `producer=1 epoch=0 sequence=0` */
function producerOf(command: TraceCommand): ProducerStamp | undefined {
  if (!command.options.has('producer')) return undefined;
  return {
    producerId: numberOf(command, 'producer'),
    producerEpoch: numberOf(command, 'epoch', 0),
    sequence: numberOf(command, 'sequence'),
  };
}

/** `orders/1`: topic id and partition. A number stands for a topic id, also one that does not exist. */
export function placeOf(machine: Machine, text: string): { topicId: number; partition: number } {
  const [name = '', partition = '0'] = text.split('/');
  const topicId = machine.state.catalog.topicByName(name)?.topicId ?? Number(name);
  if (Number.isNaN(topicId)) throw new Error(`no topic ${name}`);
  return { topicId, partition: Number(partition) };
}

function describe(machine: Machine, text: string): string {
  const { topicId, partition } = placeOf(machine, text);
  const log = machine.state.logs.at(topicId, partition);
  const segments = log.segments.map(({ baseOffset, nextOffset, bytes, visibleMs, flaggedEnd }) => {
    const visible = visibleMs > 0 ? ` visible ${visibleMs}` : '';
    const flagged = flaggedEnd > 0 ? ` flagged to ${flaggedEnd}` : '';
    return `[${baseOffset}, ${nextOffset}) ${bytes} bytes${visible}${flagged}`;
  });
  const { startOffset, durableEnd, nextOffset } = log;
  return [`start ${startOffset} durable ${durableEnd} next ${nextOffset}`, ...segments].join('\n');
}

/** `note=a:1,b:2` replaces, `merge=a:1,b` merges (b goes), `expect=a:1,b` (b is not there). */
function annotationsOf({ options }: TraceCommand): AnnotationsChange {
  const pairs = (option: string) =>
    (options.get(option) ?? '').split(',').map((part): [string, string | null] => {
      const [name = '', text = null] = part.split(':');
      return [name, text];
    });
  const whole = pairs('note').filter((pair): pair is [string, string] => pair[1] !== null);
  return {
    annotations: options.has('note') ? Object.fromEntries(whole) : null,
    mergeAnnotations: options.has('merge') ? Object.fromEntries(pairs('merge')) : null,
    expectedAnnotations: options.has('expect') ? Object.fromEntries(pairs('expect')) : null,
  };
}

function topicCommands(machine: Machine): TraceCommands {
  return {
    'create-topic': (command) => {
      const { topicId } = machine.run(decideCreateTopic, {
        name: word(command, 0),
        partitions: numberOf(command, 'partitions', 1),
        config: configOf(command),
        annotations: null,
        validateOnly: command.words.includes('validate-only'),
      });
      return `topic ${topicId}`;
    },
    'alter-topic': (command) => {
      const partitions = command.options.has('partitions') ? numberOf(command, 'partitions') : null;
      const config = configOf(command);
      const name = word(command, 0);
      machine.run(decideAlterTopic, { name, partitions, config, ...annotationsOf(command) });
      return undefined;
    },
    'delete-topic': (command) => {
      machine.run(decideDeleteTopic, { name: word(command, 0) });
      return undefined;
    },
    annotations: (command) =>
      Object.entries(machine.state.catalog.topicByName(word(command, 0))?.annotations ?? {})
        .map(([name, text]) => `${name} ${text}`)
        .join('\n') || 'none',
    topics: () =>
      [...machine.state.catalog.topics.values()]
        .map(({ topicId, name, partitions }) => `${topicId} ${name} ${partitions}`)
        .join('\n') || 'none',
    config: (command) =>
      Object.entries(machine.state.catalog.topicByName(word(command, 0))?.config ?? {})
        .map(([field, value]) => `${field} ${String(value)}`.trimEnd())
        .join('\n'),
    sweep: (command) => {
      const reply = machine.run(decideSweep, { rowsMax: numberOf(command, 'rows', 1_000) });
      return `removed ${reply.rowsRemoved}${reply.more ? ', more' : ''}`;
    },
  };
}

function recordCommands(machine: Machine): TraceCommands {
  return {
    append: (command) => {
      const { topicId, partition } = placeOf(machine, word(command, 0));
      const records = recordsToAppend(command);
      const batch = appendRecords(topicId, partition, records, 'none', producerOf(command));
      const isFree = !command.options.has('expected');
      const expectedOffset = isFree ? null : numberOf(command, 'expected');
      const reply = machine.run(decideAppend, { ...batch, expectedOffset });
      const { baseOffset, appendTimeMs, duplicates, repeated } = reply;
      const told = duplicates?.map(
        ({ index, partition: at, offset }) => `record ${index} is at ${at}/${offset}`,
      );
      const place = baseOffset < 0 ? 'nothing' : `offset ${baseOffset} at ${appendTimeMs}`;
      return [repeated ? `${place}, as before` : place, ...(told ?? [])].join('\n');
    },
    read: (command) => {
      const place = placeOf(machine, word(command, 0));
      const offset = numberOf(command, 'offset');
      const bytesMax = numberOf(command, 'bytes', 1_000_000);
      const firstWhole = !command.words.includes('strict');
      const read = { ...place, offset, bytesMax, batchesMax: 1_000, firstWhole };
      const reply = readBatches(machine.state, machine.view, read);
      if (reply.error !== undefined) throw reply.error;
      const batches = reply.batches.map((batch) => {
        const records = recordsOf(batch).map(([at, value]) => `${at}=${value.replace(/\.+$/, '')}`);
        return `${records.join(' ')} (${batchHeader(batch).appendTimeMs})`;
      });
      return batches.join('\n') || 'nothing';
    },
    'list-offset': (command) => {
      const place = placeOf(machine, word(command, 0));
      const position = word(command, 1);
      const isNamed = position === 'earliest' || position === 'latest';
      const at = isNamed ? POSITION[position] : Number(position);
      const reply = listOffset(machine.state, machine.view, { ...place, at });
      if (reply.error !== undefined) throw reply.error;
      return `offset ${reply.offset} at ${reply.timestampMs}`;
    },
    retain: (command) => {
      const place = placeOf(machine, word(command, 0));
      const rowsMax = numberOf(command, 'rows', 1_000);
      const reply = machine.run(decideRetention, { ...place, rowsMax });
      const { startOffset, recordsRemoved, rowsRemoved, more } = reply;
      const rest = more ? ', more' : '';
      return `start ${startOffset}: ${recordsRemoved} records, ${rowsRemoved} rows${rest}`;
    },
    'delete-records': (command) => {
      const beforeOffset = numberOf(command, 'before');
      const place = placeOf(machine, word(command, 0));
      return `start ${machine.run(decideDeleteRecords, { ...place, beforeOffset }).startOffset}`;
    },
    log: (command) => describe(machine, word(command, 0)),
  };
}

function producerCommands(machine: Machine): TraceCommands {
  return {
    /** `init-producer NAME`, `init-producer id=1 epoch=0`, or neither. */
    'init-producer': (command) => {
      const of = (option: string) =>
        command.options.has(option) ? numberOf(command, option) : null;
      const asked = { producerId: of('id'), producerEpoch: of('epoch') };
      const name = command.words[0] ?? null;
      const { producerId, producerEpoch } = machine.run(decideInitProducer, { name, ...asked });
      return `producer ${producerId} epoch ${producerEpoch}`;
    },
  };
}

/** Time, durability, restarts and rows: of use to every area. */
function machineCommands(machine: Machine): TraceCommands {
  return {
    /** `time 5000`: set; `time +5000`: later by so much. */
    time: (command) => {
      const text = word(command, 0);
      machine.nowMs = Number(text.replaceAll('_', '')) + (text.startsWith('+') ? machine.nowMs : 0);
      return `${machine.nowMs}`;
    },
    durable: (command) => {
      machine.durable = word(command, 0) === 'on';
      if (machine.durable) machine.settle();
      return undefined;
    },
    restart: () => {
      machine.reload();
      return undefined;
    },
    /** Rows whose time has come go. */
    expire: () => `${machine.run(decideExpireRows, { rowsMax: 1_000 }).rowsRemoved} rows`,
    /** `rows batches runs`: how many rows these tables have. */
    rows: (command) =>
      command.words.map((table) => `${table} ${machine.view.count(table as TableName)}`).join('\n'),
    /** Wakes of the last decision. */
    woken: () => machine.wake.map((wake) => Object.values(wake).join(' ')).join('\n') || 'nobody',
  };
}

export function logCommands(machine: Machine): TraceCommands {
  return {
    ...topicCommands(machine),
    ...recordCommands(machine),
    ...producerCommands(machine),
    ...machineCommands(machine),
  };
}
