// The broker's side of SCRAM-SHA-256 against the example of RFC 7677, and what stands in for users that are unknown.
import { SCRAM_ITERATIONS, scramVerifier } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import {
  fakeVerifier,
  serverSignature,
  verifyClientProof,
} from '../../src/security/scram-verifier.ts';

const NONCE = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
const AUTH_MESSAGE = [
  'n=user,r=rOprNGfwEbeRWgbNEkqO',
  `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
  `c=biws,r=${NONCE}`,
].join(',');
const PROOF = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
const SALT = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

describe('a proof', () => {
  it('of the example is right, and answered with the signature of the example', async () => {
    const verifier = await scramVerifier('pencil', SALT, 4_096);
    expect(verifyClientProof(verifier, AUTH_MESSAGE, PROOF)).toBe(true);
    expect(Buffer.from(serverSignature(verifier, AUTH_MESSAGE)).toString('base64')).toBe(
      '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    );
  });

  it('[A-57] is wrong with any bit of it, of the messages, or of the password', async () => {
    const verifier = await scramVerifier('pencil', SALT, 4_096);
    for (let at = 0; at < 8 * PROOF.length; at += 1) {
      const changed = PROOF.map((byte, place) =>
        place === at >> 3 ? byte ^ (1 << (at & 7)) : byte,
      );
      expect(verifyClientProof(verifier, AUTH_MESSAGE, changed)).toBe(false);
    }
    for (const length of [0, 31, 33, 4_096]) {
      const proof = new Uint8Array(length);
      proof.set(PROOF.subarray(0, length));
      expect(verifyClientProof(verifier, AUTH_MESSAGE, proof)).toBe(false);
    }
    expect(verifyClientProof(verifier, `${AUTH_MESSAGE},`, PROOF)).toBe(false);
    const other = await scramVerifier('Pencil', SALT, 4_096);
    expect(verifyClientProof(other, AUTH_MESSAGE, PROOF)).toBe(false);
  });
});

describe('the verifier of an unknown user', () => {
  const key = new Uint8Array(32).fill(1);

  it('[A-57] looks like one of a known user, and is always the same', () => {
    const verifier = fakeVerifier('who', key);
    expect(fakeVerifier('who', key)).toEqual(verifier);
    expect([verifier.salt.length, verifier.storedKey.length, verifier.serverKey.length]).toEqual([
      16, 32, 32,
    ]);
    expect(verifier.iterations).toBe(SCRAM_ITERATIONS);
  });

  it('[A-57] is another one for another name or another broker', () => {
    const salts = [
      fakeVerifier('who', key),
      fakeVerifier('whom', key),
      fakeVerifier('who', new Uint8Array(32)),
    ].map(({ salt }) => Buffer.from(salt).toString('hex'));
    expect(new Set(salts).size).toBe(3);
  });
});
