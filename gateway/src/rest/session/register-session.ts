// How a page logs in and out, and who it is: for browsers, which keep a cookie. Whatever else can show a token itself. No
// route here keeps anything: what the cookie holds is the broker's to judge.

import type { IncomingMessage } from 'node:http';
import { MillraceError } from '@millrace/protocol';
import type { FastifyRequest } from 'fastify';
import type { App, Services, Session, Visitors } from '../../services.ts';
import {
  forgottenCookies,
  type SessionToken,
  sessionCookie,
  sessionIn,
} from '../../visitors/session-cookie.ts';
import type { Shown } from '../../visitors/shown.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { HttpProblem } from '../problem/problems.ts';
import { Type } from '../schemas/type.ts';
import {
  CLUSTER_OPERATIONS,
  Login,
  type LoginShape,
  SESSION_ROUTE,
  SessionInfo,
} from './session-schemas.ts';

const NOBODY: SessionInfo = {
  authentication: 'required',
  user: null,
  superuser: false,
  cluster: { describe: false, create: false, alter: false, delete: false },
};
const EVERYBODY: SessionInfo = {
  authentication: 'none',
  user: null,
  superuser: true,
  cluster: { describe: true, create: true, alter: true, delete: true },
};

/** Whoever logs in is nobody yet: nothing large is read of it. [H-33] */
const LOGIN_BYTES_MAX = 64 * 1_024;

export function registerSession(app: App, services: Services): void {
  registerDescribe(app, services);
  registerLogin(app, services);
  registerLogout(app, services);
}

function registerDescribe(app: App, { visitors, sessionOf }: Services): void {
  app.get(
    SESSION_ROUTE,
    {
      schema: {
        operationId: 'describeSession',
        summary: 'Who asks, and what that user may do',
        description:
          'It never answers 401: a page asks it first, to know whether to ask for a login.',
        tags: ['session'],
        response: { 200: SessionInfo, ...problems() },
      },
    },
    async (request, reply) => {
      if (visitors === undefined) return EVERYBODY;
      const info = await infoOf(request.raw, visitors, sessionOf);
      // One that is good for nothing would stand before other ways to show who one is.
      if (info.user === null) reply.header('set-cookie', forgottenCookies(request.headers));
      return info;
    },
  );
}

async function infoOf(
  request: IncomingMessage,
  visitors: Visitors,
  sessionOf: Services['sessionOf'],
): Promise<SessionInfo> {
  try {
    await visitors.admit(request);
  } catch (error) {
    if (isUnknown(error)) return NOBODY;
    throw error;
  }
  try {
    return await describe(sessionOf(request));
  } finally {
    visitors.dismiss(request);
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof HttpProblem && error.code === 'UNAUTHENTICATED';
}

async function describe({ user, client }: Session): Promise<SessionInfo> {
  const questions = CLUSTER_OPERATIONS.map((operation) => {
    return { operation, resource: 'cluster', name: '' } as const;
  });
  const { superuser, answers } = await client.admin.security.checkAccess(questions);
  const may = (operation: (typeof CLUSTER_OPERATIONS)[number]) =>
    answers[CLUSTER_OPERATIONS.indexOf(operation)]?.allowed ?? false;
  const cluster = {
    describe: may('describe'),
    create: may('create'),
    alter: may('alter'),
    delete: may('delete'),
  };
  return { authentication: 'required', user, superuser, cluster };
}

function registerLogin(app: App, { visitors, metrics, sessionOf }: Services): void {
  app.post(
    SESSION_ROUTE,
    {
      bodyLimit: LOGIN_BYTES_MAX,
      schema: {
        operationId: 'login',
        summary: 'Log in: sets a cookie that scripts cannot read',
        description:
          'With a password, a token of the user is made that lasts 12 hours; the password is not kept. Where nobody is asked who they are, nothing is set.',
        tags: ['session'],
        body: Login,
        response: { 200: SessionInfo, ...problems(...BODY_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const shown = shownIn(request.body);
      if (visitors === undefined) return EVERYBODY;
      try {
        const { session, untilMs } = await visitors.login(shown, request.raw);
        const info = await describe(sessionOf(request.raw));
        // The browser keeps one: what was made for the login before is nobody's to take away any more.
        await visitors.logout(broughtBy(request));
        reply.header('set-cookie', cookieFor(request, session, untilMs - Date.now()));
        return info;
      } catch (error) {
        if (error instanceof HttpProblem) {
          metrics.requestRefused(isUnknown(error) ? 'credentials' : 'rate');
        }
        throw error;
      } finally {
        visitors.dismiss(request.raw);
      }
    },
  );
}

/** Throws INVALID_REQUEST. */
function shownIn({ token, user, password }: LoginShape): Shown {
  const isPassword = user !== undefined && password !== undefined;
  if (token !== undefined && user === undefined && password === undefined) {
    return { kind: 'token', secret: token };
  }
  if (token === undefined && isPassword) return { kind: 'password', user, secret: password };
  const text = 'Give a token, or a user with a password.';
  throw new MillraceError('INVALID_REQUEST', text, {
    field: token === undefined ? 'password' : 'token',
  });
}

function registerLogout(app: App, { visitors }: Services): void {
  app.delete(
    SESSION_ROUTE,
    {
      schema: {
        operationId: 'logout',
        summary: 'Log out: the cookie goes, and with it the token that was made for it',
        tags: ['session'],
        response: { 204: Type.Null({ description: 'It is gone.' }), ...problems() },
      },
    },
    async (request, reply) => {
      await visitors?.logout(broughtBy(request));
      if (visitors !== undefined) reply.header('set-cookie', forgottenCookies(request.headers));
      return reply.code(204).send(null);
    },
  );
}

function broughtBy({ headers, protocol }: FastifyRequest): SessionToken | undefined {
  return sessionIn(headers, protocol === 'https');
}

function cookieFor(
  { headers, protocol }: FastifyRequest,
  session: SessionToken,
  ms: number,
): string {
  // A proxy may have taken TLS off: the browser still says how it came.
  const isSecure = protocol === 'https' || (headers.origin ?? '').startsWith('https:');
  return sessionCookie(session, { isSecure, maxAgeS: Math.max(0, Math.floor(ms / 1_000)) });
}
