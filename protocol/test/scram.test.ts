// Keys from passwords: the vector of RFC 7677, and what is made of letters that have several spellings.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { preparePassword, scramKeys, scramVerifier } from '../src/index.ts';

const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

describe('SCRAM-SHA-256', () => {
  it('signs as the example of RFC 7677 does', async () => {
    const salt = base64('W22ZaJ0SNY7soEsUEjb6gQ==');
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const messages = [
      'n=user,r=rOprNGfwEbeRWgbNEkqO',
      `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
      `c=biws,r=${nonce}`,
    ].join(',');
    const { serverKey } = await scramKeys('pencil', salt, 4096);
    const signature = createHmac('sha256', serverKey).update(messages).digest('base64');
    expect(signature).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
    const verifier = await scramVerifier('pencil', salt, 4096);
    const clientSignature = createHmac('sha256', verifier.storedKey).update(messages).digest();
    const { clientKey } = await scramKeys('pencil', salt, 4096);
    const proof = clientKey.map((byte, at) => byte ^ (clientSignature[at] ?? 0));
    expect(Buffer.from(proof).toString('base64')).toBe(
      'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    );
    expect(verifier).toMatchObject({ salt, iterations: 4096, serverKey });
  });

  it.each([
    ['I\u00ADX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00AA', 'a'],
    ['\u2168', 'IX'],
    ['u\u0308ber\u00A0all', '\u00FCber all'],
  ])('prepares %j as RFC 4013 says', (given, prepared) => {
    expect(preparePassword(given)).toBe(prepared);
  });

  it.each(['', '\u00AD', '\u0007', 'a\u0000', 'a\uD800', 'x'.repeat(4_097)])(
    'refuses what is no password (%#)',
    (given) => {
      const refused = expect.objectContaining({
        code: 'INVALID_REQUEST',
        detail: expect.objectContaining({ field: 'password' }),
      });
      expect(() => preparePassword(given)).toThrow(refused);
    },
  );
});
