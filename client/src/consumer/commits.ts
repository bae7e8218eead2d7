// Sends offsets to the group: one request at a time, all partitions of a tick together, so that a later offset of a
// partition never loses to an earlier one.

import { MillraceError, NO_ERROR, type ResponseOf } from '@millrace/protocol';
import { outcomeError } from '../metadata.ts';
import type { Link } from '../net/link.ts';
import { nameKey } from './claims.ts';

export interface Offset {
  readonly topicId: number;
  readonly partition: number;
  /** The next offset to read. */
  readonly offset: number;
  readonly metadata?: string | null | undefined;
}

/** Who commits: epochs fence off members that were replaced. */
export interface Committer {
  readonly memberId: string;
  readonly epoch: number;
  /** The broker does not take this epoch. */
  fenced(error: MillraceError): void;
}

/** Where the group's offsets go: to the broker alone, or together with what was made of the records. */
export interface OffsetSink {
  /** `holder`: what is read now of the partition; absent where it is not read now. */
  commit(offset: Offset, holder?: Holder): Promise<void>;
}

/** One time of reading a partition: it is over when the state is 'gone'. */
export interface Holder {
  readonly state: string;
  readonly topicId: number;
  readonly partition: number;
}

interface Waiting {
  readonly offset: Offset;
  /** In which it was said. It is never said under another one: the partition may have been another member's meanwhile. */
  readonly epoch: number;
  readonly settle: ((error: MillraceError | undefined) => void)[];
}

type Round = Map<string, Waiting>;

export class Commits implements OffsetSink {
  private readonly link: Link;
  private readonly group: string;
  private readonly committer: Committer;
  private pending: Round = new Map();
  private sending: Promise<void> | undefined;

  constructor(link: Link, group: string, committer: Committer) {
    this.link = link;
    this.group = group;
    this.committer = committer;
  }

  /** Resolves once the offset is on the broker's disk. Of several for one partition the last one counts. */
  commit(offset: Offset): Promise<void> {
    return new Promise((resolve, reject) => {
      const { epoch } = this.committer;
      const key = `${epoch} ${nameKey(offset)}`;
      const settle = this.pending.get(key)?.settle ?? [];
      settle.push((error) => (error === undefined ? resolve() : reject(error)));
      this.pending.set(key, { offset, epoch, settle });
      this.sending ??= this.sendAll();
    });
  }

  private async sendAll(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.pending.size > 0) {
      const round = this.pending;
      this.pending = new Map();
      const epochs = new Set([...round.values()].map(({ epoch }) => epoch));
      for (const epoch of epochs) {
        const ofEpoch = [...round.values()].filter((waiting) => waiting.epoch === epoch);
        await this.send(epoch, ofEpoch);
      }
    }
    this.sending = undefined;
  }

  private async send(epoch: number, waiting: readonly Waiting[]): Promise<void> {
    try {
      const offsets = waiting.map(({ offset }) => offset);
      const { results } = await this.request(epoch, offsets);
      for (const [index, { settle }] of waiting.entries()) {
        const result = results[index];
        const error =
          result === undefined || result.errorCode === NO_ERROR
            ? undefined
            : outcomeError(result.errorCode, result.errorMessage);
        for (const tell of settle) tell(error);
      }
    } catch (error) {
      for (const { settle } of waiting) {
        for (const tell of settle) tell(error as MillraceError);
      }
    }
  }

  /** The epoch may grow while a commit is on its way: the broker takes each one of this membership. [C-21] */
  private async request(
    memberEpoch: number,
    offsets: readonly Offset[],
  ): Promise<ResponseOf<'OffsetCommit'>> {
    const { group, committer } = this;
    const { memberId } = committer;
    if (memberEpoch === 0 || committer.epoch === 0)
      throw new MillraceError('FENCED_MEMBER_EPOCH', 'Not a member of the group now.');
    try {
      const body = { group, memberId, memberEpoch, offsets };
      return await this.link.request('OffsetCommit', body, { urgent: true });
    } catch (thrown) {
      const error = thrown as MillraceError;
      const refusal = refusalOf(error);
      if (refusal.action === 'rejoin' && committer.epoch === memberEpoch) committer.fenced(refusal);
      throw error;
    }
  }
}

function refusalOf(error: MillraceError): MillraceError {
  return error.code === 'OUTCOME_UNKNOWN' && error.cause instanceof MillraceError
    ? error.cause
    : error;
}
