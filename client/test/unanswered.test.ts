// The calls without a reply: each id is one call's, the order is kept over many, and what is gone keeps nothing alive.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Call } from '../src/net/call.ts';
import { Unanswered } from '../src/net/unanswered.ts';

setFlagsFromString('--expose-gc');
const collect: (options?: { type: 'minor' }) => void = runInNewContext('gc');

function callOf(resolve: (value: unknown) => void = () => {}): Call {
  return new Call('Receive', {}, Number.POSITIVE_INFINITY, {}, resolve, () => {});
}

function sent(calls: Unanswered, call = callOf()): Call {
  call.correlationId = calls.takeId();
  calls.add(call);
  return call;
}

describe('calls without a reply', () => {
  it('are found by their ids once, in whatever order replies come', () => {
    const calls = new Unanswered();
    const all = Array.from({ length: 1_000 }, () => sent(calls));
    expect(new Set(all.map(({ correlationId }) => correlationId)).size).toBe(1_000);
    expect(calls.all()).toEqual(all);
    for (const call of all.toReversed()) {
      expect(calls.take(call.correlationId)).toBe(call);
      expect(calls.take(call.correlationId)).toBeUndefined();
    }
    expect(calls.size).toBe(0);
  });

  it('go on beside one that waits for long', () => {
    const calls = new Unanswered();
    const waiting = sent(calls);
    for (let at = 0; at < 1_000; at += 1) {
      const { correlationId } = sent(calls);
      expect(calls.take(correlationId)?.correlationId).toBe(correlationId);
    }
    const last = sent(calls);
    expect(calls.all()).toEqual([waiting, last]);
    expect(calls.take(waiting.correlationId)).toBe(waiting);
  });

  it('begin again with 1 behind the largest id, in their order', () => {
    const calls = new Unanswered(0xffff_fffe);
    const all = Array.from({ length: 3 }, () => sent(calls));
    expect(all.map(({ correlationId }) => correlationId)).toEqual([0xffff_fffe, 0xffff_ffff, 1]);
    expect(calls.all()).toEqual(all);
    expect(all.map(({ correlationId }) => calls.take(correlationId))).toEqual(all);
  });

  it('know nothing of ids that are not theirs', () => {
    const calls = new Unanswered();
    const { correlationId } = sent(calls);
    expect([0, correlationId + 64, 0xffff_ffff].map((id) => calls.take(id))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    calls.clear();
    expect(calls.take(correlationId)).toBeUndefined();
  });

  it('keep nothing of theirs from a quick collection once they are answered', () => {
    const calls = new Unanswered();
    const replyBytes = 64 * 1024;
    collect();
    const before = process.memoryUsage().arrayBuffers;
    // One at least is always there. In a Map each dead table would keep the next one, from the first on that became old.
    let last = sent(calls);
    for (let at = 0; at < 400; at += 1) {
      const reply = new ArrayBuffer(replyBytes);
      const next = sent(
        calls,
        callOf(() => reply),
      );
      calls.take(last.correlationId);
      last = next;
      if (at % 20 === 19) collect({ type: 'minor' });
    }
    calls.take(last.correlationId);
    const kept = (process.memoryUsage().arrayBuffers - before) / replyBytes;
    expect(kept).toBeLessThan(60);
  });
});
