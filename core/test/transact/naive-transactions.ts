// Transactions as the rules say it, on plain objects: carried out on a copy, which is kept if every part was done. One
// source partition with one share group (no pause, no limit of deliveries, dead messages dropped), one target partition
// that takes each dedup id once.

import { LIMITS } from '@millrace/protocol';
import type { AckItem, Transaction } from './transact-setup.ts';

export interface NaiveMessage {
  state: 'fresh' | 'leased' | 'ready' | 'acknowledged' | 'dead';
  token: number;
  untilMs: number;
  leasedAtMs: number;
  result: string | null;
}

export interface NaiveEffect {
  state: 'started' | 'done';
  token: number;
  memberId: string;
  untilMs: number;
}

interface Stand {
  messages: NaiveMessage[];
  /** Dedup ids of the target's records, in their order. */
  target: number[];
  offsets: Record<string, number>;
  effects: Record<string, NaiveEffect>;
}

interface BatchOutcome {
  baseOffset: number;
  duplicates: { index: number; offset: number }[];
}

export type NaiveReply = { repeated: boolean; batches: BatchOutcome[] } | { refused: string };

/** A record of a batch is named by its dedup id alone. */
export type NaiveRequest = Omit<Transaction, 'batches'> & {
  batches: readonly (readonly number[])[];
};

const HOURS_12 = LIMITS.visibilityTimeoutMsMax;

export class NaiveTransactions {
  stand: Stand = { messages: [], target: [], offsets: {}, effects: {} };
  nowMs = 0;
  readonly #outcomes = new Map<
    string,
    { text: string; untilMs: number; batches: BatchOutcome[] }
  >();

  transact(request: NaiveRequest): NaiveReply {
    if (hasTwice(request)) return { refused: 'INVALID_REQUEST' };
    const text = JSON.stringify(request);
    const before = this.#outcomes.get(request.transactionId);
    if (before !== undefined && before.untilMs > this.nowMs) {
      if (before.text !== text) return { refused: 'INVALID_REQUEST' };
      return { repeated: true, batches: before.batches };
    }
    const stand = structuredClone(this.stand);
    const batches = this.#carryOut(stand, request);
    if (batches === undefined) return { refused: 'TRANSACTION_CONFLICT' };
    this.stand = stand;
    const untilMs = this.nowMs + LIMITS.transactionOutcomeMs;
    this.#outcomes.set(request.transactionId, { text, untilMs, batches });
    return { repeated: false, batches };
  }

  /** Undefined: some part cannot be done. */
  #carryOut(stand: Stand, request: NaiveRequest): BatchOutcome[] | undefined {
    for (const { items } of request.acknowledgements) {
      for (const item of items) {
        for (let at = item.firstOffset; at <= item.lastOffset; at += 1) {
          if (!this.#acknowledge(stand.messages[at], item)) return undefined;
        }
      }
    }
    for (const { group, offsets } of request.offsets) {
      for (const { offset } of offsets) {
        if (offset > stand.messages.length) return undefined;
        stand.offsets[group] = offset;
      }
    }
    for (const { key, token, end, ttlMs } of request.effects) {
      const effect = stand.effects[key];
      const isHeld = effect?.state === 'started' && effect.untilMs > this.nowMs;
      if (!isHeld || effect.token !== token) return undefined;
      if (end === 'abandon') delete stand.effects[key];
      else stand.effects[key] = { ...effect, state: 'done', untilMs: this.nowMs + ttlMs };
    }
    return request.batches.map((ids) => append(stand.target, ids));
  }

  #acknowledge(message: NaiveMessage | undefined, item: AckItem): boolean {
    if (message === undefined || message.token !== item.token) return false;
    if (message.state === 'acknowledged' || message.state === 'dead') return false;
    if (message.leasedAtMs === 0) return false;
    switch (item.kind) {
      case 'accept':
        message.state = 'acknowledged';
        if (item.result) message.result = new TextDecoder().decode(item.result);
        return true;
      case 'reject':
        message.state = 'dead';
        return true;
      case 'release':
        message.state = 'ready';
        return true;
      case 'return':
        if (message.state !== 'leased') return false;
        message.state = 'ready';
        message.leasedAtMs = 0;
        return true;
      case 'extend': {
        if (message.state !== 'leased') return false;
        const untilMs = this.nowMs + (item.delayMs ?? 0);
        if (untilMs - message.leasedAtMs > HOURS_12) return false;
        message.untilMs = untilMs;
        return true;
      }
      default:
        throw new Error(`no kind ${String(item.kind)}`);
    }
  }

  /** What is over by now counts as gone. */
  effectState(key: string): 'none' | 'started' | 'done' {
    const effect = this.stand.effects[key];
    return effect !== undefined && effect.untilMs > this.nowMs ? effect.state : 'none';
  }

  claim(key: string, memberId: string, ttlMs: number, token: number): boolean {
    const state = this.effectState(key);
    const isOther = state === 'started' && this.stand.effects[key]?.memberId !== memberId;
    if (state === 'done' || isOther) return false;
    const untilMs = this.nowMs + ttlMs;
    this.stand.effects[key] = { state: 'started', token, memberId, untilMs };
    return true;
  }
}

function append(target: number[], ids: readonly number[]): BatchOutcome {
  const baseOffset = target.length;
  const duplicates: BatchOutcome['duplicates'] = [];
  ids.forEach((id, index) => {
    const first = target.indexOf(id);
    if (first === -1) target.push(id);
    else duplicates.push({ index, offset: first });
  });
  return { baseOffset: target.length === baseOffset ? -1 : baseOffset, duplicates };
}

/** Something is named twice: a message, a group's offset, an effect. */
function hasTwice({ acknowledgements, offsets, effects }: NaiveRequest): boolean {
  const messages = acknowledgements.flatMap(({ items }) =>
    items.flatMap(({ firstOffset, lastOffset }) =>
      Array.from({ length: lastOffset - firstOffset + 1 }, (_, at) => firstOffset + at),
    ),
  );
  const names = [messages, offsets.map(({ group }) => group), effects.map(({ key }) => key)];
  return names.some((list) => new Set<unknown>(list).size < list.length);
}
