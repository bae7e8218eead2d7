// A consumer group of one member for the fake broker: the test says what is assigned and sees what is reported.
import { MillraceError, type RequestOf } from '@millrace/protocol';
import { type Handlers, untilAborted } from './fake-broker.ts';
import type { FakeLog } from './fake-log.ts';

export class FakeGroup {
  epoch = 0;
  /** Partitions of topic `t` that the member shall have. */
  target: number[];
  heartbeatIntervalMs = 20;
  readonly beats: RequestOf<'GroupHeartbeat'>[] = [];
  readonly leaves: RequestOf<'GroupLeave'>[] = [];
  readonly commits: RequestOf<'OffsetCommit'>[] = [];
  joinedEpoch = 0;
  /** Partitions reported as owned last. */
  owned: number[] = [];
  /** Heartbeats without news are answered after their time only. */
  waits = false;
  /** Heartbeats under way, and the most at a time. */
  underWay = 0;
  underWayMost = 0;
  /** Says no instead of letting the member join. */
  refusal: MillraceError | undefined;
  private news: (() => void)[] = [];
  private readonly log: FakeLog;

  constructor(log: FakeLog, target: number[]) {
    this.log = log;
    this.target = target;
  }

  assign(target: number[]): void {
    this.target = target;
    this.epoch += 1;
    this.tell();
  }

  /** The group does not know its member any more. */
  forget(): void {
    this.epoch = 0;
    this.tell();
  }

  /** Heartbeats that wait are answered. */
  tell(): void {
    for (const wake of this.news.splice(0)) wake();
  }

  get handlers(): Handlers {
    const { handlers } = this.log;
    return {
      ...handlers,
      GroupHeartbeat: async (body, call) => {
        this.beats.push(body);
        this.underWay += 1;
        this.underWayMost = Math.max(this.underWayMost, this.underWay);
        this.owned = (body.owned ?? []).flatMap(({ partitions }) => partitions);
        if (this.waits && body.memberEpoch > 0 && body.memberEpoch === this.epoch) {
          const told = new Promise<void>((resolve) => this.news.push(resolve));
          await Promise.race([told, untilAborted(call.signal, body.maxWaitMs)]);
        }
        this.underWay -= 1;
        if (this.refusal !== undefined) return this.refusal;
        if (body.memberEpoch > 0 && this.epoch === 0) return new MillraceError('UNKNOWN_MEMBER');
        if (body.memberEpoch === 0) {
          this.epoch += 1;
          this.joinedEpoch = this.epoch;
        }
        const topicId = this.log.topics.get('t')?.topicId ?? 0;
        return {
          memberEpoch: this.epoch,
          heartbeatIntervalMs: this.heartbeatIntervalMs,
          assignment:
            body.memberEpoch === this.epoch
              ? null
              : [{ topicId, topic: 't', partitions: this.target }],
        };
      },
      GroupLeave: (body) => {
        this.leaves.push(body);
        this.epoch = 0;
        return {};
      },
      OffsetCommit: (body, call) => {
        const isOfMember = body.memberEpoch >= this.joinedEpoch && body.memberEpoch <= this.epoch;
        if (!isOfMember) return new MillraceError('FENCED_MEMBER_EPOCH');
        this.commits.push(body);
        return handlers.OffsetCommit?.(body, call) ?? { results: [] };
      },
    };
  }

  committed(partition = 0): number | undefined {
    return this.log.committed.get(`${this.log.topics.get('t')?.topicId}/${partition}`);
  }
}
