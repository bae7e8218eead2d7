// A broker's half of SCRAM-SHA-256, written from RFC 5802 for tests: Hello and Authenticate handlers that check one password.
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { MillraceError } from '@millrace/protocol';
import type { Handlers } from './fake-broker.ts';
import { hello } from './fake-broker.ts';

export interface ScramServerOptions {
  /** In RFC 5802's words: the account. */
  readonly user: string;
  password: string;
  readonly iterations?: number;
  /** Changes what the broker says, to see what a client makes of it. */
  readonly bend?: {
    readonly first?: (text: string) => string;
    readonly last?: (text: string) => string | null;
  };
}

const hmac = (key: Uint8Array, data: string) => createHmac('sha256', key).update(data).digest();

export function scramHandlers(options: ScramServerOptions): Handlers {
  const salt = Buffer.from('salt of the test');
  const iterations = options.iterations ?? 4_096;
  const bend = { first: (text: string) => text, last: (text: string) => text, ...options.bend };
  const exchanges = new Map<unknown, { bare: string; first: string; nonce: string }>();
  return {
    Hello: (request, call) => {
      if (request.mechanism !== 'SCRAM-SHA-256') {
        return new MillraceError('AUTHENTICATION_REQUIRED', undefined, { field: 'mechanism' });
      }
      const bare = Buffer.from(request.credentials ?? [])
        .toString()
        .replace(/^n,,/, '');
      const nonce = `${/r=(.*)$/.exec(bare)?.[1] ?? ''}broker`;
      const first = bend.first(`r=${nonce},s=${salt.toString('base64')},i=${iterations}`);
      exchanges.set(call.connection, { bare, first, nonce });
      return { ...hello(), challenge: Buffer.from(first), user: null };
    },
    Authenticate: ({ credentials }, { connection }) => {
      const { bare = '', first = '', nonce = '' } = exchanges.get(connection) ?? {};
      const text = Buffer.from(credentials).toString();
      const [, withoutProof = '', proof = ''] = /^(c=biws,r=[^,]+),p=(.+)$/.exec(text) ?? [];
      const salted = pbkdf2Sync(options.password, salt, iterations, 32, 'sha256');
      const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
      const signed = `${bare},${first},${withoutProof}`;
      const signature = hmac(stored, signed);
      const key = Buffer.from(proof, 'base64').map((byte, at) => byte ^ (signature[at] ?? 0));
      const isRight = timingSafeEqual(createHash('sha256').update(key).digest(), stored);
      const isMeant = withoutProof.endsWith(`r=${nonce}`) && bare.startsWith(`n=${options.user},`);
      if (!isRight || !isMeant) return new MillraceError('AUTHENTICATION_FAILED');
      const last = bend.last(`v=${hmac(hmac(salted, 'Server Key'), signed).toString('base64')}`);
      return { challenge: last === null ? null : Buffer.from(last), user: options.user };
    },
  };
}
