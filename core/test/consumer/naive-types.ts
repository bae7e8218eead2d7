// What the naive model of a consumer group is made of.

export interface NaiveTopic {
  readonly id: number;
  readonly partitions: number;
  readonly end: number;
}
export type NaiveTopics = ReadonlyMap<string, NaiveTopic>;
/** `topic id/partition` */
export type Place = `${number}/${number}`;

export interface NaiveMember {
  readonly id: string;
  readonly joined: number;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  readonly instance: string | null;
  epoch: number;
  topics: readonly string[];
  pattern: string | null;
  heardMs: number;
  confirmed: boolean;
  isAway: boolean;
  /** What it was told, and by when it has to have given up some of what it knows it must. */
  toldEpoch: number;
  toldRevoking: readonly Place[];
  giveUpMs: number | undefined;
}

export interface Hold {
  readonly member: string;
  readonly place: Place;
  readonly since: number;
  revoking: boolean;
}

export interface NaiveBeat {
  readonly id: string;
  readonly epoch: number;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  readonly topics: readonly string[] | null;
  readonly pattern: string | null;
  readonly instance: string | null;
  readonly owned: readonly Place[] | null;
}

export type NaiveReply = string | { epoch: number; told: Place[] | null };
