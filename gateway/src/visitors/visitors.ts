// Who sends each request, and the session that it gets: the broker says whose a credential is, and everything is done over
// a connection that acts for that user. What a user may do is the broker's alone to say.

import type { IncomingMessage } from 'node:http';
import type { Client } from '@millrace/client';
import { MillraceError } from '@millrace/protocol';
import { HttpProblem } from '../rest/problem/problems.ts';
import type { Login, Session, Visitors } from '../services.ts';
import type { Held, SessionCaller, Sessions } from '../sessions/sessions.ts';
import { SqsError } from '../sqs/errors.ts';
import { createVerifier } from '../sqs/sign/verify.ts';
import { Credentials, type Owner, REMEMBERED_MS } from './credentials.ts';
import { type SessionToken, tokenIdOf } from './session-cookie.ts';
import { type Shown, shownBy } from './shown.ts';

export interface VisitorsSources {
  /** The gateway's own connection, which may ask about others. */
  readonly client: Client;
  readonly sessions: Sessions;
  /** The broker's word counts for so long, ms. */
  readonly rememberedMs?: number | undefined;
}

const SQS_SERVICE = 'sqs';
/** How long a page stays logged in. */
const LOGIN_MS = 12 * 60 * 60 * 1_000;
/** What its token is called in lists of tokens. */
const LOGIN_LABEL = 'dashboard';
const UNKNOWN = 'The request shows no token, password or certificate that is known here.';

export class BrokerVisitors implements Visitors {
  readonly #sessions: Sessions;
  readonly #credentials: Credentials;
  readonly #rememberedMs: number;
  readonly #verifier = createVerifier({ service: SQS_SERVICE, nowMs: Date.now });
  readonly #visits = new WeakMap<IncomingMessage, Held>();

  constructor({ client, sessions, rememberedMs = REMEMBERED_MS }: VisitorsSources) {
    this.#sessions = sessions;
    this.#rememberedMs = rememberedMs;
    this.#credentials = new Credentials(client, rememberedMs);
  }

  sessionOf(request: IncomingMessage): Session {
    const held = this.#visits.get(request);
    if (held === undefined) throw new MillraceError('INTERNAL', 'The request was not let in.');
    return held.session;
  }

  async admit(request: IncomingMessage): Promise<void> {
    this.#visits.set(request, await this.#hold(shownBy(request), addressOf(request)));
  }

  async expectSigned(request: IncomingMessage, url: string): Promise<void> {
    const { accessKeyId } = this.#verifier.read(request, url).scope;
    const key = await this.#credentials.accessKey(accessKeyId, addressOf(request));
    if (key === undefined) throw new SqsError('InvalidClientTokenId');
  }

  async admitSigned(request: IncomingMessage, url: string, body: Buffer): Promise<void> {
    const signature = this.#verifier.read(request, url);
    const { accessKeyId } = signature.scope;
    const key = await this.#credentials.accessKey(accessKeyId, addressOf(request));
    try {
      this.#verifier.check(signature, request, url, body, key?.secret);
    } catch (error) {
      // Of a key that nobody has, the broker knows already.
      if (key !== undefined) {
        await this.#credentials.signatureFailed(accessKeyId, addressOf(request));
      }
      throw error;
    }
    const caller = { user: key?.user ?? '', address: addressOf(request) };
    try {
      this.#visits.set(request, await this.#sessions.take(caller));
    } catch (error) {
      if (!isUnknown(error)) throw error;
      throw new SqsError('InvalidClientTokenId', undefined, { cause: error });
    }
  }

  async login(shown: Shown, request: IncomingMessage): Promise<Login> {
    // What a login makes lasts longer than what is remembered may be wrong.
    const { user, expiresAtMs } = await this.#ownerOf(shown, addressOf(request), true);
    // Before a token is made: one that could not be used would be left behind.
    this.#visits.set(request, await this.#take({ user, address: addressOf(request) }));
    const untilMs = Date.now() + LOGIN_MS;
    if (shown.kind === 'token') {
      const session = { kind: 'shown', token: shown.secret } as const;
      return { user, session, untilMs: Math.min(untilMs, expiresAtMs ?? untilMs) };
    }
    const token = await this.#credentials.makeToken(user, LOGIN_LABEL, untilMs);
    return { user, session: { kind: 'made', token }, untilMs };
  }

  async logout(session: SessionToken | undefined): Promise<void> {
    // One that was shown has other uses than this login.
    if (session?.kind !== 'made') return;
    const tokenId = tokenIdOf(session.token);
    if (tokenId !== undefined) await this.#credentials.takeAway(tokenId, session.token);
  }

  watch(request: IncomingMessage, onEnd: (why: Error) => void): () => void {
    const shown = shownBy(request);
    const address = addressOf(request);
    let isLooking = false;
    const look = async () => {
      if (isLooking) return;
      isLooking = true;
      const why = await this.#whyNot(shown, address);
      isLooking = false;
      if (why === undefined) return;
      clearInterval(timer);
      onEnd(why);
    };
    const timer = setInterval(() => void look(), this.#rememberedMs);
    return () => clearInterval(timer);
  }

  dismiss(request: IncomingMessage): void {
    this.#visits.get(request)?.release();
  }

  /** The same question as at first; a broker that does not answer has taken nothing away. */
  async #whyNot(shown: Shown | undefined, address: string): Promise<Error | undefined> {
    try {
      (await this.#hold(shown, address)).release();
      return undefined;
    } catch (error) {
      const isEnd = error instanceof HttpProblem && error.code === 'UNAUTHENTICATED';
      return isEnd ? error : undefined;
    }
  }

  async #hold(shown: Shown | undefined, address: string): Promise<Held> {
    if (shown === undefined) throw unauthenticated();
    const { user } = await this.#ownerOf(shown, address);
    return this.#take({ user, address });
  }

  async #take(caller: SessionCaller): Promise<Held> {
    try {
      return await this.#sessions.take(caller);
    } catch (error) {
      throw isUnknown(error) ? unauthenticated(error) : error;
    }
  }

  async #ownerOf(shown: Shown, address: string, isAnew = false): Promise<Owner> {
    try {
      return await this.#credentials.ownerOf(shown, address, isAnew);
    } catch (error) {
      throw isUnknown(error) ? unauthenticated(error) : error;
    }
  }
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? '';
}

/** Whoever is told apart from others by its answer can be looked for: so there is one answer. */
function isUnknown(error: unknown): error is MillraceError {
  return error instanceof MillraceError && error.code === 'AUTHENTICATION_FAILED';
}

function unauthenticated(cause?: MillraceError): HttpProblem {
  return new HttpProblem('UNAUTHENTICATED', UNKNOWN, { retryAfterMs: cause?.detail.retryAfterMs });
}
