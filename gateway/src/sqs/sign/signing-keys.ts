// Keys derived from a secret for a day, a region and a service: the same for every request of a caller on one day, so
// they are kept. Nothing is kept longer than there is room.

import { createHmac } from 'node:crypto';
import type { CredentialScope } from './credential.ts';

const KEPT_MAX = 1_000;

export type SigningKeyOf = (secret: string, scope: CredentialScope) => Buffer;

export function createSigningKeys(): SigningKeyOf {
  const kept = new Map<string, Buffer>();
  return (secret, scope) => {
    const place = `${secret}\n${scope.date}/${scope.region}/${scope.service}/${scope.terminator}`;
    const known = kept.get(place);
    if (known !== undefined) return known;
    const key = derive(secret, scope);
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(place, key);
    return key;
  };
}

function derive(secret: string, { date, region, service, terminator }: CredentialScope): Buffer {
  let key = hmac(`AWS4${secret}`, date);
  for (const part of [region, service, terminator]) key = hmac(key, part);
  return key;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
