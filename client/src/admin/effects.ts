// Reading the ledger of effects: was this done, or is somebody at it? Claims are made by workers.

import type { ResponseOf } from '@millrace/protocol';
import { type Codec, decodeValue } from '../codecs.ts';
import type { Link, RequestOptions } from '../net/link.ts';

/** What is known of an effect. */
export interface Effect<R> {
  readonly key: string;
  /** none: never, or forgotten. started: somebody is at it. done: it was done. */
  readonly state: ResponseOf<'GetEffect'>['state'];
  /** Who claimed it or did it. */
  readonly memberId: string | null;
  /** When it was claimed or done, ms since 1970. */
  readonly atMs: number | null;
  /** started: when the claim ends; done: when it is forgotten; ms since 1970. */
  readonly untilMs: number | null;
  /** What came of it; null where it is not done, or nothing was kept. */
  readonly value: R | null;
}

export interface EffectOptions<R> extends RequestOptions {
  /** Of the value; default: the client's. */
  readonly codec?: Codec<R> | undefined;
}

/** Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH, CODEC_FAILED. */
export async function getEffect<R>(
  link: Link,
  group: string,
  key: string,
  codec: Codec<R>,
  { signal, timeoutMs }: RequestOptions = {},
): Promise<Effect<R>> {
  const reply = await link.request('GetEffect', { group, key }, { signal, timeoutMs });
  const { state, memberId, atMs, untilMs, value } = reply;
  return { key, state, memberId, atMs, untilMs, value: decodeValue<R | null>(codec, value) };
}
