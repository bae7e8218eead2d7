// What a transformer has done so far.

/** What a transformer has done so far. */
export interface TransformerStats {
  /** Inputs (messages, or batches with eachBatch) of which all is committed. */
  readonly handled: number;
  /** Messages that handlers produced, committed or not. */
  readonly produced: number;
  /** Transactions committed. */
  readonly transactions: number;
  /** Of these, how many were told again after a lost reply. */
  readonly repeated: number;
  /** Transactions given up because their partition was lost: its new owner does the work again. */
  readonly dropped: number;
}

export type Tally = { -readonly [N in keyof TransformerStats]: TransformerStats[N] };
