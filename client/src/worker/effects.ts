// Effects that one call of a handler claims: each runs once, its claim is held until the call has ended, and what came of
// it goes out together with the end of the messages. What cannot go with it goes alone: it was done all the same.

import { randomUUID } from 'node:crypto';
import { LIMITS, MillraceError, type RequestInput } from '@millrace/protocol';
import { type Codec, decodeValue } from '../codecs.ts';
import type { Link } from '../net/link.ts';
import { integerOption } from '../options-check.ts';
import { orderedId } from '../ordered-id.ts';
import { encodeBounded } from '../queue/result.ts';
import { RetryAfter } from './verdict.ts';

/** What `once` can be told. */
export interface OnceOptions<T> {
  /** What came of it is remembered for so long, ms; default 7 days. */
  readonly ttlMs?: number | undefined;
  /** The claim is over after so long without a sign of life, ms; default 60,000. */
  readonly claimMs?: number | undefined;
  /** Of the value; default: the client's. */
  readonly codec?: Codec<T> | undefined;
}

/** Runs something unless it was done before under its key; see `HandlerContext.once`. */
export type Once = <T>(
  key: string,
  run: () => T | PromiseLike<T>,
  options?: OnceOptions<T>,
) => Promise<T>;

export type EffectEnd = NonNullable<RequestInput<'Transact'>['effects']>[number];

export interface EffectsSource {
  readonly link: Link;
  readonly group: string;
  readonly memberId: string;
  readonly codec: Codec<unknown>;
}

/** A claim that this call holds. */
interface Claim {
  readonly key: string;
  readonly claimMs: number;
  readonly ttlMs: number;
  token: number;
  /** Set once it was done. */
  end: EffectEnd | undefined;
  timer: NodeJS.Timeout | undefined;
  renewal: Promise<void>;
}

const CLAIM = { min: 1, max: LIMITS.effectClaimMsMax };
const TTL = { min: 0, max: LIMITS.effectTtlMsMax };
const DAY_MS = 24 * 3_600_000;

export class Effects {
  private readonly source: EffectsSource;
  /** Of this call alone: what another call claims under the same key is somebody else's. */
  private readonly memberId: string;
  private readonly asked = new Map<string, Promise<unknown>>();
  private readonly claims = new Map<string, Claim>();
  private isOver = false;

  constructor(source: EffectsSource) {
    this.source = source;
    const suffix = `/${randomUUID().slice(0, 13)}`;
    const room = LIMITS.memberIdBytesMax - suffix.length;
    this.memberId = Buffer.from(source.memberId).subarray(0, room).toString() + suffix;
  }

  /** See `HandlerContext.once`. The same key again, in one call, is the same effect. */
  once<T>(key: string, run: () => T | PromiseLike<T>, options: OnceOptions<T> = {}): Promise<T> {
    const earlier = this.asked.get(key) as Promise<T> | undefined;
    if (earlier !== undefined) return earlier;
    const outcome = this.claimAndRun(key, run, options);
    this.asked.set(key, outcome);
    outcome.catch(() => this.asked.delete(key));
    return outcome;
  }

  /** The handler has ended: what was done, to be told with the end of its messages. Claims are extended no more. */
  async finish(): Promise<EffectEnd[]> {
    this.isOver = true;
    const claims = [...this.claims.values()];
    for (const claim of claims) clearTimeout(claim.timer);
    await Promise.all(claims.map(({ renewal }) => renewal));
    return claims.flatMap(({ end, token }) => (end === undefined ? [] : [{ ...end, token }]));
  }

  /**
   * The transaction was refused: tells what was done by itself. A claim that has ended meanwhile is made anew, unless
   * somebody else has it by now.
   */
  async remember(): Promise<void> {
    for (const claim of this.claims.values()) {
      if (claim.end !== undefined) await this.rememberOne(claim, claim.end);
    }
  }

  /** No timer stays; claims end by themselves. */
  stop(): void {
    this.isOver = true;
    for (const { timer } of this.claims.values()) clearTimeout(timer);
  }

  private async claimAndRun<T>(
    key: string,
    run: () => T | PromiseLike<T>,
    options: OnceOptions<T>,
  ): Promise<T> {
    const { codec = this.source.codec as Codec<T> } = options;
    const times = this.checked(key, options);
    const reply = await this.ask(key, times.claimMs);
    if (!reply.granted) {
      if (reply.state === 'done') return decodeStored(codec, reply.value);
      throw this.somebodyElse(key, reply.untilMs, times.claimMs);
    }
    const claim: Claim = {
      key,
      ...times,
      token: reply.token ?? 0,
      end: undefined,
      timer: undefined,
      renewal: Promise.resolve(),
    };
    if (this.isOver) {
      await this.abandon(claim);
      throw handlerEnded();
    }
    this.claims.set(key, claim);
    this.keep(claim);
    let value: T;
    try {
      value = await run();
    } catch (thrown) {
      await this.abandon(claim);
      throw thrown;
    }
    await this.done(claim, codec, value);
    return value;
  }

  private checked<T>(key: string, options: OnceOptions<T>) {
    if (this.isOver) throw handlerEnded();
    const length = typeof key === 'string' ? Buffer.byteLength(key) : 0;
    if (length === 0 || length > LIMITS.effectKeyBytesMax) {
      const text = `The key of an effect has from 1 to ${LIMITS.effectKeyBytesMax} bytes.`;
      const limit = `${length === 0 ? 1 : LIMITS.effectKeyBytesMax} bytes`;
      throw new MillraceError('INVALID_CONFIG', text, { field: 'key', limit });
    }
    if (this.asked.size >= LIMITS.transactionEffectsMax) {
      const text = `A handler has at most ${LIMITS.transactionEffectsMax} effects a call.`;
      const limit = `${LIMITS.transactionEffectsMax} effects`;
      throw new MillraceError('LIMIT_EXCEEDED', text, { field: 'key', limit });
    }
    return {
      claimMs: integerOption('claimMs', options.claimMs ?? 60_000, CLAIM),
      ttlMs: integerOption('ttlMs', options.ttlMs ?? 7 * DAY_MS, TTL),
    };
  }

  /** May be asked again after a lost reply: the broker grants a claim anew to who holds it. */
  private ask(key: string, ttlMs: number) {
    const { link, group } = this.source;
    const body = { group, key, memberId: this.memberId, ttlMs };
    return link.request('ClaimEffect', body, { urgent: true, repeatable: true });
  }

  private somebodyElse(key: string, untilMs: number | null, claimMs: number): RetryAfter {
    const leftMs = (untilMs ?? 0) - this.source.link.brokerNowMs;
    const delayMs = untilMs === null ? claimMs : Math.max(1, leftMs);
    return new RetryAfter(delayMs, `somebody else is at the effect '${key}'`);
  }

  /** Claims again at half of the time, as long as the handler runs. */
  private keep(claim: Claim): void {
    claim.timer = setTimeout(() => {
      claim.renewal = this.renew(claim);
    }, claim.claimMs / 2);
  }

  private async renew(claim: Claim): Promise<void> {
    try {
      const reply = await this.ask(claim.key, claim.claimMs);
      if (reply.granted) claim.token = reply.token ?? claim.token;
    } catch (error) {
      this.source.link.options.logger.warn?.('claim not extended', { key: claim.key, error });
    }
    if (!this.isOver && this.claims.has(claim.key)) this.keep(claim);
  }

  /** What cannot be kept is remembered as done without a value: to do it again would be worse. */
  private async done<T>(claim: Claim, codec: Codec<T>, value: T): Promise<void> {
    const { key, ttlMs } = claim;
    const end = { group: this.source.group, key, end: 'done' as const, ttlMs };
    const name = 'value of the effect';
    try {
      const bytes =
        value === undefined ? null : encodeBounded(codec, value, name, LIMITS.effectValueBytesMax);
      claim.end = { ...end, token: claim.token, value: bytes };
    } catch (error) {
      claim.end = { ...end, token: claim.token, value: null };
      throw error;
    } finally {
      if (this.isOver) await this.rememberOne(claim, claim.end as EffectEnd);
    }
  }

  private async abandon(claim: Claim): Promise<void> {
    clearTimeout(claim.timer);
    this.claims.delete(claim.key);
    await claim.renewal;
    const { key, token } = claim;
    await this.alone(claim, { group: this.source.group, key, token, end: 'abandon' });
  }

  private async rememberOne(claim: Claim, end: EffectEnd): Promise<void> {
    const { link } = this.source;
    try {
      const reply = await this.ask(claim.key, claim.claimMs);
      if (reply.granted) await tellEffects(link, [{ ...end, token: reply.token ?? claim.token }]);
      else if (reply.state !== 'done') {
        link.options.logger.warn?.('somebody else is at an effect that was done', reply);
      }
    } catch (error) {
      link.options.logger.warn?.('an effect could not be remembered', { key: claim.key, error });
    }
  }

  private async alone(claim: Claim, end: EffectEnd): Promise<void> {
    await claim.renewal;
    await tellEffects(this.source.link, [{ ...end, token: claim.token }]);
  }
}

/** Tells how effects ended, and nothing else. Claims that cannot be told about end by themselves. */
async function tellEffects(link: Link, effects: readonly EffectEnd[]): Promise<void> {
  try {
    await link.request('Transact', { transactionId: orderedId(), effects, ...NOTHING_ELSE });
  } catch (error) {
    link.options.logger.warn?.('the end of an effect could not be told', { error });
  }
}

function handlerEnded(): MillraceError {
  return new MillraceError('CLIENT_CLOSED', 'The handler has ended.');
}

const NOTHING_ELSE = { batches: [], acknowledgements: [], offsets: [] };

function decodeStored<T>(codec: Codec<T>, bytes: Uint8Array | null): T {
  return bytes === null ? (undefined as T) : decodeValue(codec, bytes);
}
