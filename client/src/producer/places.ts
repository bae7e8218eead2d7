// Where the records of one batch are, by what the broker answered: one after the other from its base offset on, but for
// those that the topic had taken before.

import { messageId, type ResponseOf } from '@millrace/protocol';

type Appended = Pick<
  ResponseOf<'Produce'>['results'][number],
  'baseOffset' | 'appendTimeMs' | 'duplicates'
>;
type Duplicate = NonNullable<Appended['duplicates']>[number];

/** A message that is on the broker’s disk. */
export interface SentMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When the broker appended it, ms since 1970; -1 of a duplicate. */
  readonly timestampMs: number;
  /** Nothing was appended: the topic had a message of this dedup id, which is where partition and offset say. */
  readonly duplicate: boolean;
  /** The message id. Made when asked for. */
  readonly id: string;
}

class Sent implements SentMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly duplicate: boolean;
  readonly #topicId: number;

  constructor(topic: string, topicId: number, place: Place, timestampMs: number) {
    this.topic = topic;
    this.partition = place.partition;
    this.offset = place.offset;
    this.timestampMs = timestampMs;
    this.duplicate = place.duplicate;
    this.#topicId = topicId;
  }

  get id(): string {
    return messageId(this.#topicId, this.partition, this.offset);
  }
}

interface Place {
  readonly partition: number;
  readonly offset: number;
  readonly duplicate: boolean;
}

export class Places {
  readonly topicId: number;
  readonly baseOffset: number;
  /** Undefined where every record was appended; else by their positions in the batch. */
  readonly duplicates: readonly Duplicate[] | undefined;
  private readonly partition: number;
  private readonly timestampMs: number;

  constructor(topicId: number, partition: number, appended: Appended) {
    this.topicId = topicId;
    this.partition = partition;
    this.baseOffset = appended.baseOffset;
    this.timestampMs = appended.appendTimeMs;
    const { duplicates } = appended;
    if (duplicates !== null && duplicates.length > 0) {
      this.duplicates = duplicates.toSorted((one, other) => one.index - other.index);
    }
  }

  /** Of the record at a position in the batch. */
  at(index: number): Place {
    const { duplicates = [] } = this;
    let low = 0;
    let high = duplicates.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((duplicates[middle] as Duplicate).index < index) low = middle + 1;
      else high = middle;
    }
    const found = duplicates[low];
    if (found?.index === index) {
      return { partition: found.partition, offset: found.offset, duplicate: true };
    }
    return { partition: this.partition, offset: this.baseOffset + index - low, duplicate: false };
  }

  sent(topic: string, index: number): SentMessage {
    const place = this.at(index);
    return new Sent(topic, this.topicId, place, place.duplicate ? -1 : this.timestampMs);
  }
}
