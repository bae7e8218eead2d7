// Every knob of the worker: flags, variables, help and the page are made from this table.

import { KnobError, type KnobsOf, type KnobTable } from '../knobs/knob.ts';
import type { KnobProgram } from '../knobs/parse-knobs.ts';

const HOUR_SECONDS = 3_600;

export const WORKER_KNOBS = {
  via: {
    kind: 'choice',
    values: ['native', 'sqs'],
    fallback: 'native',
    about: 'The client of Millrace, or the AWS SDK over the gateway.',
  },
  broker: {
    kind: 'text',
    noun: 'host:port',
    fallback: '127.0.0.1:7650',
    variable: 'MILLRACE_BROKER',
    about: 'Where the broker listens, for `native`.',
  },
  endpoint: {
    kind: 'text',
    noun: 'url',
    fallback: 'http://127.0.0.1:7651',
    variable: 'AWS_ENDPOINT_URL_SQS',
    about: 'Where the gateway listens, for `sqs`.',
  },
  queue: {
    kind: 'text',
    noun: 'name',
    fallback: '',
    variable: 'QUEUE_NAME',
    about: 'The queue: a topic with a share group of its name.',
  },
  name: {
    kind: 'text',
    noun: 'name',
    fallback: 'worker',
    variable: 'WORKER_NAME',
    about: 'What the worker calls itself in its events and in the stores.',
  },
  waitTimeSeconds: {
    kind: 'integer',
    min: 0,
    max: 20,
    fallback: 10,
    about: 'How long a receive waits for a message.',
  },
  maxMessages: {
    kind: 'integer',
    min: 1,
    max: 10,
    fallback: 1,
    about: 'How many messages a receive takes at most.',
  },
  crashRate: {
    kind: 'decimal',
    min: 0,
    max: 1,
    fallback: 0,
    about:
      'The chance that a message takes the worker down, after its receipt or after its effect.',
  },
  crashAfterReceive: {
    kind: 'integer',
    min: 0,
    max: 1_000_000,
    fallback: 0,
    about: 'Crash when the so manieth message was received, before any work on it; 0: never.',
  },
  crashAfterSideEffect: {
    kind: 'integer',
    min: 0,
    max: 1_000_000,
    fallback: 0,
    about: 'Crash after the so manieth effect, before it is written down; 0: never.',
  },
  sideEffectDelaySeconds: {
    kind: 'decimal',
    min: 0,
    max: HOUR_SECONDS,
    fallback: 0,
    about: 'How long the outside system takes to answer: the effect takes place at the end of it.',
  },
  finishDelaySeconds: {
    kind: 'decimal',
    min: 0,
    max: HOUR_SECONDS,
    fallback: 0,
    about:
      'How long the rest of the work takes: after the effect was written down, before the delete.',
  },
  rejectPayloadMarker: {
    kind: 'text',
    noun: 'text',
    fallback: '',
    about: 'A message whose body has this text in it fails.',
  },
  rejectAttempts: {
    kind: 'integer',
    min: 0,
    max: 1_000_000,
    fallback: 0,
    about: 'Such a message fails at its first so many deliveries only; 0: at each.',
  },
  retryDelaySeconds: {
    kind: 'decimal',
    min: -1,
    max: HOUR_SECONDS,
    fallback: 0,
    about:
      'A message that failed comes again after so long, over sqs in whole seconds; -1: at the end of its visibility timeout.',
  },
  failWhileExists: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about: 'The outside system is down as long as this file exists: every effect fails.',
  },
  partialFailure: {
    kind: 'choice',
    values: ['each', 'whole'],
    fallback: 'each',
    about: 'Of a batch of which a part failed: finish what was done, or give back the whole of it.',
  },
  deleteWhen: {
    kind: 'choice',
    values: ['done', 'received'],
    fallback: 'done',
    about:
      'When a message is deleted. `received` loses what a crash interrupts: it is there to be seen.',
  },
  extendSeconds: {
    kind: 'integer',
    min: 0,
    max: 12 * HOUR_SECONDS,
    fallback: 0,
    about: 'Extends what is in hand by so long, again at half of it; 0: not.',
  },
  idempotencyCacheSize: {
    kind: 'integer',
    min: 0,
    max: 10_000_000,
    fallback: 1_000,
    about:
      'How many finished messages the worker remembers (the least recently seen goes first) before it asks the status table; 0: it asks neither, and does all again.',
  },
  businessIdempotencyField: {
    kind: 'text',
    noun: 'field',
    fallback: '',
    about: 'The field of the payload that says which messages are the same; without it, its `id`.',
  },
  checkBeforeDoing: {
    kind: 'switch',
    fallback: false,
    about: 'Ask the outside system whether the effect is there before doing it.',
  },
  outsideTakesKeys: {
    kind: 'switch',
    fallback: false,
    about: 'The outside system takes the key of an effect, and does nothing at its second time.',
  },
  effects: {
    kind: 'choice',
    values: ['outside', 'ledger'],
    fallback: 'outside',
    about:
      "Who remembers what was done: our status table, or the broker's ledger of effects (`once`; native alone).",
  },
  claimSeconds: {
    kind: 'decimal',
    min: 0.1,
    max: HOUR_SECONDS,
    fallback: 60,
    about: 'With `ledger`: how long the claim of an effect outlives a worker that died.',
  },
  versionField: {
    kind: 'text',
    noun: 'field',
    fallback: '',
    about: 'The field with the version of its entity: a message sets the state of the entity.',
  },
  entityField: {
    kind: 'text',
    noun: 'field',
    fallback: 'entity',
    about: 'The field that names the entity of a version.',
  },
  reconcile: {
    kind: 'choice',
    values: ['newest', 'last'],
    fallback: 'newest',
    about: 'Which version stays: the newest, or whichever came last.',
  },
  staleAfterSeconds: {
    kind: 'decimal',
    min: 0,
    max: 1_000_000,
    fallback: 0,
    about: 'A message that was sent longer ago is deleted without its effect; 0: none is.',
  },
  staleQueue: {
    kind: 'text',
    noun: 'name',
    fallback: '',
    about: 'The queue that such a message is sent to before; without it, none.',
  },
  messageLimit: {
    kind: 'integer',
    min: 0,
    max: 1_000_000_000,
    fallback: 0,
    about: 'Stop after so many messages; 0: never.',
  },
  idleTimeoutSeconds: {
    kind: 'decimal',
    min: 0,
    max: 1_000_000,
    fallback: 0,
    about: 'Stop when no message came for so long; 0: never.',
  },
  ledger: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    variable: 'LEDGER_PATH',
    about:
      "The outside system's ledger (an LMDB file): every effect is a row; without it there is none.",
  },
  status: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    variable: 'STATUS_PATH',
    about:
      'Our status table (an LMDB file): STARTED, COMPLETED, attempts; without it there is none.',
  },
  sideEffectLogPath: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about: 'A file that gets a line for every effect.',
  },
  sideEffectLogField: {
    kind: 'text',
    noun: 'field',
    fallback: 'sequence',
    about: 'The field of the payload that is on that line.',
  },
  seed: {
    kind: 'integer',
    min: 0,
    max: 0xffff_ffff,
    fallback: 1,
    about: 'Of chance: the same seed, the same crashes.',
  },
  logLevel: {
    kind: 'choice',
    values: ['DEBUG', 'INFO', 'WARN', 'ERROR'],
    fallback: 'INFO',
    about: 'From which level on lines for people are written to standard error.',
  },
} as const satisfies KnobTable;

export type WorkerKnobs = KnobsOf<typeof WORKER_KNOBS>;

/** Throws KnobError. */
function checkWorkerKnobs(knobs: WorkerKnobs): void {
  if (knobs.queue === '')
    throw new KnobError('--queue is missing: which queue is to be worked on?');
  if (knobs.via === 'sqs' && knobs.effects === 'ledger') {
    throw new KnobError('--effects is "ledger"; over sqs there is no ledger of effects.');
  }
  if (knobs.checkBeforeDoing && knobs.ledger === '') {
    throw new KnobError('--check-before-doing asks the outside system: say --ledger.');
  }
  if (knobs.outsideTakesKeys && knobs.ledger === '') {
    throw new KnobError('--outside-takes-keys tells the outside system: say --ledger.');
  }
  if (knobs.versionField !== '' && knobs.status === '') {
    throw new KnobError('--version-field keeps states beside the status table: say --status.');
  }
}

export const WORKER_PROGRAM: KnobProgram<typeof WORKER_KNOBS> = {
  name: 'worker',
  about: 'Works off a queue, and fails in the ways it is told to. Its events are lines of JSON.',
  table: WORKER_KNOBS,
  helpAfter:
    'Every knob is also an environment variable, named beside it. A flag beats the variable.',
  check: checkWorkerKnobs,
};
