// Finds the lane of each record of a batch, from its key or its tenant header, without decoding anything else. It
// takes hostile bytes: what cannot be made sense of has no lane, and whoever decodes the record finds out.

import { TENANT_HEADER } from '@millrace/protocol';
import { laneNumber, NO_LANE, tenantLane } from './lane-number.ts';

/** Ordering by key, ordering by key as FIFO queues of Amazon SQS have it, fairness among tenants. */
export type LaneKind = 'key' | 'fifo' | 'tenant';

const TENANT = Uint8Array.from(TENANT_HEADER, (letter) => letter.charCodeAt(0));
const NIL = 0xc0;

/** Bytes that an integer takes by its tag, tag included; 0: not one. */
function intBytes(tag: number): number {
  if (tag < 0x80 || tag >= 0xe0) return 1;
  if (tag < 0xcc || tag > 0xd3) return 0;
  return 1 + (1 << (tag & 3));
}

/** Reads records of one body, each from its first byte; where a part begins and ends is left in `from` and `end`. */
export class LaneReader {
  readonly #body: Uint8Array;
  #from = 0;
  #end = 0;
  #limit = 0;

  constructor(body: Uint8Array) {
    this.#body = body;
  }

  /** Lane of the record in the bytes from `at` to before `limit`. */
  laneAt(kind: LaneKind, at: number, limit: number): number {
    const body = this.#body;
    this.#limit = Math.min(limit, body.length);
    const time = intBytes(body[at + 1] ?? NIL);
    if (body[at] !== 0x95 || time === 0) return NO_LANE;
    this.#bin(at + 1 + time);
    if (kind !== 'tenant') {
      return this.#end <= this.#from ? this.#emptyKey() : laneNumber(body, this.#from, this.#end);
    }
    if (this.#end < 0) return NO_LANE;
    this.#bin(this.#end);
    return this.#end < 0 ? NO_LANE : this.#tenantFrom(this.#end);
  }

  /** A key without bytes is a key; nil is none, and so is what cannot be read. */
  #emptyKey(): number {
    return this.#end >= 0 && this.#from === this.#end
      ? laneNumber(this.#body, this.#from, this.#end)
      : NO_LANE;
  }

  /** The first header of the name counts. */
  #tenantFrom(start: number): number {
    const body = this.#body;
    const tag = body[start] ?? NIL;
    const isShort = tag >= 0x90 && tag <= 0x9f;
    if (!isShort && tag !== 0xdc) return NO_LANE;
    const parts = isShort ? tag & 0x0f : (body[start + 1] ?? 0) * 256 + (body[start + 2] ?? 0);
    let at = start + (isShort ? 1 : 3);
    for (let i = 0; i < parts; i += 2) {
      this.#text(at);
      if (this.#end < 0) return NO_LANE;
      const isTenant = this.#isTenantName();
      this.#bin(this.#end);
      if (this.#end < 0) return NO_LANE;
      if (isTenant) return tenantLane(body, this.#from, this.#end);
      at = this.#end;
    }
    return NO_LANE;
  }

  #isTenantName(): boolean {
    if (this.#end - this.#from !== TENANT.length) return false;
    for (let i = 0; i < TENANT.length; i += 1) {
      if (this.#body[this.#from + i] !== TENANT[i]) return false;
    }
    return true;
  }

  /** Bytes or nil at the position. Nil ends one past where it begins, with `from` after that; -1: cannot be read. */
  #bin(at: number): void {
    const body = this.#body;
    const tag = body[at];
    if (tag === 0xc4) this.#span(at + 2, body[at + 1] ?? 0);
    else if (tag === NIL) {
      this.#from = at + 2;
      this.#end = at + 1;
      if (this.#end > this.#limit) this.#end = -1;
    } else if (tag === 0xc5) {
      this.#span(at + 3, (body[at + 1] ?? 0) * 256 + (body[at + 2] ?? 0));
    } else if (tag === 0xc6) {
      const high = (body[at + 1] ?? 0) * 256 + (body[at + 2] ?? 0);
      this.#span(at + 5, high * 65_536 + (body[at + 3] ?? 0) * 256 + (body[at + 4] ?? 0));
    } else this.#end = -1;
  }

  #text(at: number): void {
    const tag = this.#body[at] ?? NIL;
    if (tag === 0xd9) this.#span(at + 2, this.#body[at + 1] ?? 0);
    else if (tag >= 0xa0 && tag <= 0xbf) this.#span(at + 1, tag & 0x1f);
    else this.#end = -1;
  }

  #span(from: number, length: number): void {
    this.#from = from;
    this.#end = from + length > this.#limit ? -1 : from + length;
  }
}
