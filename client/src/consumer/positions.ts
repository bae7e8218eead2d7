// Where partitions begin: at the committed offset, or where the consumer was told to.

import { LIMITS, MillraceError, NO_ERROR, POSITION, type ResponseOf } from '@millrace/protocol';
import { outcomeError } from '../metadata.ts';
import type { Link } from '../net/link.ts';
import type { Claim } from './claim.ts';
import { nameKey } from './claims.ts';
import type { StartFrom } from './options.ts';

function isNamed(from: StartFrom): from is { readonly offset: number } {
  return typeof from === 'object' && 'offset' in from;
}

function wirePosition(from: Exclude<StartFrom, { offset: number }>): number {
  return typeof from === 'string' ? POSITION[from] : from.timestampMs;
}

/** What the group goes on from, by partition; partitions without one are left out. */
export async function committedOffsets(
  link: Link,
  group: string,
  names: readonly { readonly topicId: number; readonly partition: number }[],
  signal?: AbortSignal,
): Promise<Map<string, ResponseOf<'OffsetFetch'>['offsets'][number]>> {
  const partitions = names.map(({ topicId, partition }) => ({ topicId, partition }));
  const { offsets } = await link.request('OffsetFetch', { group, partitions }, { signal });
  return new Map(
    offsets.filter(({ offset }) => offset >= 0).map((found) => [nameKey(found), found]),
  );
}

/**
 * Offsets by meaning, in the order of the claims; an error in the place of an offset where a partition is not there.
 */
export async function resolvePositions<V>(
  link: Link,
  claims: readonly Claim<V>[],
  from: StartFrom,
  signal: AbortSignal,
): Promise<(number | MillraceError)[]> {
  if (isNamed(from)) return claims.map(() => from.offset);
  const at = wirePosition(from);
  const places = claims.map(({ topicId, partition }) => ({ topicId, partition, at }));
  const questions: Promise<ResponseOf<'ListOffsets'>>[] = [];
  for (let first = 0; first < places.length; first += LIMITS.fetchPartitionsMax) {
    const partitions = places.slice(first, first + LIMITS.fetchPartitionsMax);
    questions.push(link.request('ListOffsets', { partitions }, { signal }));
  }
  const answers = (await Promise.all(questions)).flatMap(({ partitions }) => partitions);
  return claims.map(({ topic, partition }, index) => {
    const answer = answers[index];
    if (answer === undefined) return new MillraceError('INTERNAL', 'An answer is missing.');
    const { errorCode, errorMessage, offset } = answer;
    const about = `${topic}/${partition}`;
    return errorCode === NO_ERROR ? offset : outcomeError(errorCode, errorMessage, about);
  });
}

/** Puts every claim at its start. Returns those that are not there, each with why. */
export async function startClaims<V>(
  link: Link,
  group: string | undefined,
  claims: readonly Claim<V>[],
  from: StartFrom,
  signal: AbortSignal,
): Promise<[Claim<V>, MillraceError][]> {
  const committed =
    group === undefined
      ? new Map<string, { readonly offset: number }>()
      : await committedOffsets(link, group, claims, signal);
  const fresh: Claim<V>[] = [];
  for (const claim of claims) {
    const offset = committed.get(nameKey(claim))?.offset;
    if (claim.state !== 'starting') continue;
    if (offset === undefined) fresh.push(claim);
    else {
      claim.moveTo(offset);
      claim.committed = offset;
    }
  }
  if (fresh.length === 0) return [];
  const offsets = await resolvePositions(link, fresh, from, signal);
  const missing: [Claim<V>, MillraceError][] = [];
  for (const [index, claim] of fresh.entries()) {
    const offset = offsets[index] as number | MillraceError;
    if (claim.state !== 'starting') continue;
    if (offset instanceof MillraceError) missing.push([claim, offset]);
    else {
      claim.moveTo(offset);
      if (isNamed(from)) claim.named = offset;
    }
  }
  return missing;
}
