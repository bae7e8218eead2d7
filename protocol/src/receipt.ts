// The text form of a receipt, for the command line and for gateways; clients of the protocol carry its parts.

import { MillraceError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** What names one lease of one message. */
export interface Receipt {
  readonly topicId: number;
  readonly partition: number;
  /** Absent where the group is named elsewhere. */
  readonly groupId?: number | null | undefined;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly token: number;
}

const FORM = /^r1\.(\d{1,10})\.(\d{1,4})\.(\d{1,10}|-)\.(\d{1,16})\.(\d{1,16})\.(\d{1,16})$/;
const ID_MAX = 0xffff_ffff;

/** `r1.<topic id>.<partition>.<group id or ->.<first offset>.<last offset>.<token>`, in decimal digits. */
export function formatReceipt(receipt: Receipt): string {
  const { topicId, partition, groupId, firstOffset, lastOffset, token } = receipt;
  return `r1.${topicId}.${partition}.${groupId ?? '-'}.${firstOffset}.${lastOffset}.${token}`;
}

/** Throws UNKNOWN_RECEIPT where the text is not a receipt. */
export function parseReceipt(text: string): Receipt {
  const parts = FORM.exec(text);
  if (parts !== null) {
    const receipt = {
      topicId: Number(parts[1]),
      partition: Number(parts[2]),
      groupId: parts[3] === '-' ? null : Number(parts[3]),
      firstOffset: Number(parts[4]),
      lastOffset: Number(parts[5]),
      token: Number(parts[6]),
    };
    if (isPossible(receipt)) return receipt;
  }
  throw new MillraceError('UNKNOWN_RECEIPT', 'This is not a receipt.');
}

function isPossible({
  topicId,
  partition,
  groupId,
  firstOffset,
  lastOffset,
  token,
}: Receipt): boolean {
  return (
    topicId <= ID_MAX &&
    partition < LIMITS.partitionsPerTopicMax &&
    (groupId ?? 0) <= ID_MAX &&
    firstOffset <= lastOffset &&
    lastOffset <= Number.MAX_SAFE_INTEGER &&
    token <= Number.MAX_SAFE_INTEGER
  );
}
