// A record as its producer gives it and as its reader gets it.

export type HeaderInput = readonly (readonly [name: string, value: Uint8Array])[];

export interface RecordInput {
  readonly key?: Uint8Array | null | undefined;
  readonly value?: Uint8Array | null | undefined;
  /** Default: when it is added to the batch. */
  readonly timestampMs?: number | undefined;
  readonly headers?: HeaderInput | undefined;
}

/** `key`, `value` and the headers' values are views of the batch (or of its decompressed body), made when asked for. */
export interface LogRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: HeaderInput;
}
