// Who the reader is to the gateway, asked once at the start. The credential itself is a cookie that the page cannot read.
import { signal } from '@preact/signals';
import { call, whenUnauthorized } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import type { NewSession, SessionInfo } from '../api/shapes.ts';
import { startLiveFeed, stopLiveFeed, whenFeedLost } from '../live/live-feed.ts';

export type SessionState =
  | { readonly kind: 'asking' }
  | { readonly kind: 'unreachable'; readonly problem: Problem }
  | { readonly kind: 'out' }
  | { readonly kind: 'in'; readonly session: SessionInfo };

export const sessionState = signal<SessionState>({ kind: 'asking' });

/** Asks who the reader is, and begins to listen where he may. */
export async function askSession(): Promise<void> {
  try {
    enter(await call('GET /session'));
  } catch (error) {
    const problem = error as Problem;
    if (problem.status === 401) leave();
    else sessionState.value = { kind: 'unreachable', problem };
  }
}

/** Throws a Problem where the credential is not good. */
export async function logIn(credential: NewSession): Promise<void> {
  try {
    enter(await call('POST /session', { body: credential }));
  } catch (error) {
    const { status } = error as Problem;
    throw status === 401
      ? new Problem(status, { code: 'UNAUTHENTICATED', detail: notKnown(credential) })
      : error;
  }
}

function notKnown(credential: NewSession): string {
  return 'token' in credential
    ? 'This token is not known here, or is good no longer.'
    : 'The user or the password is not right.';
}

export async function logOut(): Promise<void> {
  try {
    await call('DELETE /session');
  } finally {
    leave();
  }
}

function isOut({ authentication, user }: SessionInfo): boolean {
  return authentication === 'required' && user === null;
}

function enter(session: SessionInfo): void {
  if (isOut(session)) {
    leave();
    return;
  }
  sessionState.value = { kind: 'in', session };
  startLiveFeed();
}

function leave(): void {
  sessionState.value = { kind: 'out' };
  stopLiveFeed();
}

/** The feed may be lost because the session has ended: a view that asks for nothing else would never hear of it. */
async function leaveIfEnded(): Promise<void> {
  try {
    if (isOut(await call('GET /session'))) leave();
  } catch (error) {
    if ((error as Problem).status === 401) leave();
  }
}

whenUnauthorized(leave);
whenFeedLost(() => void leaveIfEnded());
