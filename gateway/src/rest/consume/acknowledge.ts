// POST /ack: says what became of leased messages. Every receipt gets an outcome of its own.

import type { ReceiptAck, ReceiptOutcome } from '@millrace/client';
import { ACK_KINDS, LIMITS, MillraceError } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { GroupQueues } from '../../receiver/group-queues.ts';
import type { App, Services } from '../../services.ts';
import { RawJson } from '../json/raw-json.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { itemProblem } from '../problem/send-problem.ts';
import { parseReceiptText } from '../schemas/receipts.ts';
import { closed, GroupName, ItemError, orNull, word } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

const ReceiptText = Type.String({ description: 'As it was received.', maxLength: 400 });
const ITEMS_MAX = LIMITS.acknowledgeItemsMax;

export const AckItem = closed(
  {
    receipt: ReceiptText,
    kind: Type.Optional(
      word(ACK_KINDS, {
        description:
          'accept: done (the default). release: failed, comes again. reject: dead now. extend: a new deadline. return: as if never delivered.',
      }),
    ),
    delayMs: Type.Optional(
      Type.Integer({
        description:
          'release: the pause; extend: the new time from now; default: as the group says.',
        minimum: 0,
        maximum: LIMITS.delayMsMax,
      }),
    ),
    error: Type.Optional(
      Type.String({ description: 'release, reject: why; cut to 1 KiB.', maxLength: 65_536 }),
    ),
    result: Type.Optional(
      Type.Unknown({ description: 'accept: what came of it, any JSON; kept as the group says.' }),
    ),
  },
  { title: 'AckItem' },
);
export type AckItemShape = Static<typeof AckItem>;

const Acknowledge = closed(
  {
    group: Type.Optional(GroupName),
    receipts: Type.Optional(
      Type.Array(ReceiptText, { description: 'To accept.', minItems: 1, maxItems: ITEMS_MAX }),
    ),
    items: Type.Optional(
      Type.Array(AckItem, { description: 'To say more.', minItems: 1, maxItems: ITEMS_MAX }),
    ),
  },
  {
    description: 'Receipts, or items, or both. `group` is for receipts that do not name it.',
    examples: [
      { receipts: ['mailers:r1.2.0.-.0.0.1'] },
      {
        items: [
          { receipt: 'mailers:r1.2.0.-.1.1.1', kind: 'release', delayMs: 60_000, error: 'busy' },
          { receipt: 'mailers:r1.2.0.-.2.2.1', kind: 'extend', delayMs: 120_000 },
        ],
      },
    ],
  },
);

export const AckResults = closed(
  {
    failed: Type.Integer({ description: 'How many had no effect.' }),
    results: Type.Array(
      Type.Union([
        closed({
          ok: Type.Literal(true),
          receipt: ReceiptText,
          deadlineMs: orNull(Type.Integer({ description: 'extend: when the lease ends now.' })),
        }),
        closed({ ok: Type.Literal(false), receipt: ReceiptText, ...ItemError.properties }),
      ]),
      { description: 'An outcome a receipt: first of `receipts`, then of `items`, in order.' },
    ),
  },
  { title: 'AckResults' },
);
export type AckResultsShape = Static<typeof AckResults>;

export function registerAcknowledge(app: App, { sessionOf }: Services): void {
  app.post(
    '/ack',
    {
      schema: {
        operationId: 'acknowledge',
        summary: 'Say what became of leased messages',
        description:
          'Answers 200 with an outcome a receipt: look at `failed`. A lease that is lost is STALE_LEASE, ALREADY_RESOLVED or UNKNOWN_RECEIPT there.',
        tags: ['consume'],
        body: Acknowledge,
        response: { 200: AckResults, ...problems(...BODY_PROBLEMS) },
      },
    },
    async ({ raw, body: { group, receipts = [], items = [] } }) => {
      const all = [...receipts.map((receipt): AckItemShape => ({ receipt })), ...items];
      if (all.length === 0) {
        const text = 'Give receipts, or items.';
        throw new MillraceError('INVALID_REQUEST', text, { field: 'receipts' });
      }
      return acknowledgeAll(sessionOf(raw).queues, all, group);
    },
  );
}

/** One outcome an item, in order; of several groups, if their receipts say so. */
export async function acknowledgeAll(
  queues: GroupQueues,
  items: readonly AckItemShape[],
  group: string | undefined,
): Promise<AckResultsShape> {
  const results = await Promise.all(items.map((item) => acknowledgeOne(queues, item, group)));
  return { failed: results.filter(({ ok }) => !ok).length, results };
}

type Result = AckResultsShape['results'][number];

async function acknowledgeOne(
  queues: GroupQueues,
  item: AckItemShape,
  group: string | undefined,
): Promise<Result> {
  const { receipt } = item;
  try {
    const named = parseReceiptText(receipt, group);
    const [outcome] = await queues(named.group).acknowledge([ackOf(item, named.receipt)]);
    return resultOf(receipt, outcome);
  } catch (error) {
    return { ok: false, receipt, ...itemProblem(error) };
  }
}

function ackOf(
  { kind = 'accept', delayMs, error, result }: AckItemShape,
  receipt: string,
): ReceiptAck {
  return { receipt, kind, delayMs, error, result: resultBytes(result) };
}

function resultBytes(result: unknown): Uint8Array | undefined {
  if (result === undefined) return undefined;
  const text = result instanceof RawJson ? result.text : JSON.stringify(result);
  return Buffer.from(text, 'utf8');
}

function resultOf(receipt: string, outcome: ReceiptOutcome | undefined): Result {
  if (outcome === undefined) throw new MillraceError('INTERNAL', 'A receipt has no outcome.');
  const { error, deadlineMs } = outcome;
  return error === null
    ? { ok: true, receipt, deadlineMs }
    : { ok: false, receipt, ...itemProblem(error) };
}
