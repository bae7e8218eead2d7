// Who sends each request, and the session that it gets: the broker says whose a credential is, and everything is done over
// a connection that acts for that user. What a user may do is the broker's alone to say.

import type { IncomingMessage } from 'node:http';
import type { Client } from '@millrace/client';
import { MillraceError } from '@millrace/protocol';
import { HttpProblem } from '../rest/problem/problems.ts';
import type { Session, Visitors } from '../services.ts';
import type { Held, Sessions } from '../sessions/sessions.ts';
import { SqsError } from '../sqs/errors.ts';
import { createVerifier } from '../sqs/sign/verify.ts';
import { Credentials, REMEMBERED_MS } from './credentials.ts';
import { type Shown, shownBy } from './shown.ts';

export interface VisitorsSources {
  /** The gateway's own connection, which may ask about others. */
  readonly client: Client;
  readonly sessions: Sessions;
}

export interface BrokerVisitors extends Visitors {
  readonly sessionOf: (request: IncomingMessage) => Session;
}

const SQS_SERVICE = 'sqs';
const UNKNOWN = 'The request shows no token, password or certificate that is known here.';

export function createVisitors({ client, sessions }: VisitorsSources): BrokerVisitors {
  const visits = new WeakMap<IncomingMessage, Held>();
  const credentials = new Credentials(client);
  const verifier = createVerifier({ service: SQS_SERVICE, nowMs: Date.now });

  const holdFor = async (shown: Shown | undefined, address: string): Promise<Held> => {
    if (shown === undefined) throw unauthenticated();
    try {
      const { user } = await credentials.ownerOf(shown, address);
      return await sessions.take(user);
    } catch (error) {
      throw isUnknown(error) ? unauthenticated(error) : error;
    }
  };

  const admit = async (request: IncomingMessage): Promise<void> => {
    visits.set(request, await holdFor(shownBy(request), addressOf(request)));
  };

  const admitSigned = async (
    request: IncomingMessage,
    url: string,
    body: Buffer,
  ): Promise<void> => {
    const signature = verifier.read(request, url);
    const { accessKeyId } = signature.scope;
    const key = await credentials.accessKey(accessKeyId, addressOf(request));
    verifier.check(signature, request, url, body, key?.secret);
    try {
      visits.set(request, await sessions.take(key?.user ?? ''));
    } catch (error) {
      throw isUnknown(error)
        ? new SqsError('InvalidClientTokenId', undefined, { cause: error })
        : error;
    }
  };

  /** The same as at first, now and then; a broker that does not answer has not taken anything away. */
  const watch = (request: IncomingMessage, onEnd: (why: Error) => void): (() => void) => {
    const shown = shownBy(request);
    const address = addressOf(request);
    let isLooking = false;
    const look = async () => {
      if (isLooking) return;
      isLooking = true;
      try {
        (await holdFor(shown, address)).release();
      } catch (error) {
        if (!(error instanceof HttpProblem && error.code === 'UNAUTHENTICATED')) return;
        clearInterval(timer);
        onEnd(error);
      } finally {
        isLooking = false;
      }
    };
    const timer = setInterval(() => void look(), REMEMBERED_MS);
    return () => clearInterval(timer);
  };

  return {
    sessionOf: (request) => {
      const held = visits.get(request);
      if (held === undefined) throw new MillraceError('INTERNAL', 'The request was not let in.');
      return held.session;
    },
    admit,
    admitSigned,
    watch,
    dismiss: (request) => visits.get(request)?.release(),
  };
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? '';
}

/** Whoever is told apart from others by its answer can be looked for: so there is one answer. */
function isUnknown(error: unknown): boolean {
  if (!(error instanceof MillraceError)) return false;
  return error.code === 'AUTHENTICATION_FAILED' || error.code === 'UNKNOWN_USER';
}

function unauthenticated(cause?: unknown): HttpProblem {
  const retryAfterMs = cause instanceof MillraceError ? cause.detail.retryAfterMs : undefined;
  return new HttpProblem('UNAUTHENTICATED', UNKNOWN, { retryAfterMs });
}
