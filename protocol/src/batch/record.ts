// A record as its producer gives it and as its reader gets it.

/** Header of the tenant that a message belongs to, as UTF-8: share groups may be fair between tenants. */
export const TENANT_HEADER = 'millrace-tenant';

/** A header of a record to be encoded. */
export type HeaderInput = readonly (readonly [name: string, value: Uint8Array])[];

/** A record to be encoded. */
export interface RecordInput {
  readonly key?: Uint8Array | null | undefined;
  readonly value?: Uint8Array | null | undefined;
  /** Default: when it is added to the batch. */
  readonly timestampMs?: number | undefined;
  readonly headers?: HeaderInput | undefined;
  /** It becomes visible so many ms after it was appended. This and what follows: 0 or absent says nothing. */
  readonly delayMs?: number | undefined;
  /** It expires so many ms after it became visible. */
  readonly ttlMs?: number | undefined;
  /** 16 bytes; `dedupHash` makes them of an id. */
  readonly dedup?: Uint8Array | undefined;
  /** Deliveries before it is exhausted, instead of what its share group says. */
  readonly maxDeliveries?: number | undefined;
  /** The one share group it is for. Only a broker may say so. */
  readonly groupId?: number | undefined;
}

/** `key`, `value` and the headers' values are views of the batch (or of its decompressed body), made when asked for. */
export interface LogRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: HeaderInput;
}
