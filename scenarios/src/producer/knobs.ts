// Every knob of the producer: flags, variables, help and the page are made from this table.

import { KnobError, type KnobsOf, type KnobTable } from '../knobs/knob.ts';
import type { KnobProgram } from '../knobs/parse-knobs.ts';
import { WORKER_KNOBS } from '../worker/knobs.ts';

const COUNT_MAX = 10_000_000;

/** Of a call of the SQS API. */
const SQS_BATCH_MAX = 10;

const { via, broker, endpoint, queue, logLevel } = WORKER_KNOBS;

export const PRODUCER_KNOBS = {
  via,
  broker,
  endpoint,
  queue,
  name: {
    kind: 'text',
    noun: 'name',
    fallback: 'producer',
    variable: 'PRODUCER_NAME',
    about: 'What the producer calls itself in its events.',
  },
  n: {
    kind: 'integer',
    min: 0,
    max: COUNT_MAX,
    fallback: 10,
    about: 'How many messages are sent.',
  },
  rate: {
    kind: 'decimal',
    min: 0,
    max: 1_000_000,
    fallback: 0,
    about: 'Messages a second; 0: as fast as possible.',
  },
  batchSize: {
    kind: 'integer',
    min: 1,
    max: 1_000,
    fallback: 10,
    about:
      'How many messages are sent at a time, with a rate those that are due; over sqs at most 10.',
  },
  poisonCount: {
    kind: 'integer',
    min: 0,
    max: COUNT_MAX,
    fallback: 0,
    about:
      'How many messages carry the marker of poison, spread over all; with the next knob: at most.',
  },
  poisonEvery: {
    kind: 'integer',
    min: 0,
    max: COUNT_MAX,
    fallback: 0,
    about: 'Each so manieth message carries the marker; 0: as the count says.',
  },
  poisonMarker: {
    kind: 'text',
    noun: 'text',
    fallback: 'poison',
    about: 'The marker, for `--reject-payload-marker` of the worker.',
  },
  firstSequence: {
    kind: 'integer',
    min: 1,
    max: COUNT_MAX,
    fallback: 1,
    about: 'The number of the first message.',
  },
  groups: {
    kind: 'integer',
    min: 0,
    max: COUNT_MAX,
    fallback: 0,
    about: 'Of a FIFO queue: how many message groups there are, in turn g1, g2, …; 0: none.',
  },
  entities: {
    kind: 'integer',
    min: 0,
    max: COUNT_MAX,
    fallback: 0,
    about:
      'How many entities the messages are about in turn, each message with the next version; 0: none.',
  },
  perOrder: {
    kind: 'integer',
    min: 1,
    max: COUNT_MAX,
    fallback: 1,
    about: 'How many messages, each with an id of its own, are about one order.',
  },
  seed: {
    kind: 'integer',
    min: 0,
    max: 0xffff_ffff,
    fallback: 0,
    about: 'Of ids and work: the same seed, the same payloads; 0: others each time.',
  },
  logLevel,
} as const satisfies KnobTable;

export type ProducerKnobs = KnobsOf<typeof PRODUCER_KNOBS>;

/** Throws KnobError. */
function checkProducerKnobs({ queue: name, via: way, batchSize }: ProducerKnobs): void {
  if (name === '') throw new KnobError('--queue is missing: where are the messages to go?');
  if (way === 'sqs' && batchSize > SQS_BATCH_MAX) {
    const text = `--batch-size is "${batchSize}"; over sqs it has to be at most ${SQS_BATCH_MAX}.`;
    throw new KnobError(text);
  }
}

export const PRODUCER_PROGRAM: KnobProgram<typeof PRODUCER_KNOBS> = {
  name: 'producer',
  about: 'Sends numbered messages to a queue. Its events are lines of JSON.',
  table: PRODUCER_KNOBS,
  helpAfter:
    'Every knob is also an environment variable, named beside it. A flag beats the variable.',
  check: checkProducerKnobs,
};
