// Whether a request may be let in, by what a browser says of the page behind it: a page from elsewhere must not be able to
// act, nor to pass for one of ours. The rules are numbered in docs/semantics/http.md. Pure: it knows no server.

import type { IncomingHttpHeaders } from 'node:http';
import { SESSION_ROUTE } from '../rest/session/session-schemas.ts';
import { hasSessionCookie } from '../visitors/session-cookie.ts';
import { isOwnHost } from './host-names.ts';

export interface Visit {
  readonly method: string;
  /** Pattern of the route; empty: there is none, or it is the SQS API's. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** For the SQS API, whatever its path. */
  readonly isSqs: boolean;
  /** Asks for a WebSocket. */
  readonly isUpgrade: boolean;
}

export interface GuardSettings {
  /** In lower case; beside loopback names and addresses. */
  readonly names: ReadonlySet<string>;
  /** Origins whose pages may act. */
  readonly origins: ReadonlySet<string>;
}

export interface GuardFault {
  readonly refused: 'origin' | 'host';
  readonly text: string;
}

/** GET routes that change something. */
const EFFECTIVE_GETS: ReadonlySet<string> = new Set(['/consume']);
/** Pages that tell of the process and hold nothing of its users; probes and scrapers come under names of their own. */
const PUBLIC_PAGES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

const FOREIGN_PAGE = 'A page from elsewhere may not do this; see --http-cors-origins.';
const FOREIGN_HOST =
  'The gateway is not known under the name in the Host header; see --http-host-names.';
const WHO_ASKS =
  'A browser that does not say which page asks may not do this; use POST, or a program.';

const COOKIE_ALONE =
  'The cookie of a page does not do for this; the request has to say that it is of a page of the gateway, or show a token.';

/** Undefined: let it in. */
export function faultOf(visit: Visit, settings: GuardSettings): GuardFault | undefined {
  const { headers, isSqs, path } = visit;
  if (!isSqs && PUBLIC_PAGES.has(path)) return undefined; // [H-8]
  const origin = headers.origin;
  const site = headers['sec-fetch-site'];
  if (needsOwnHost(visit) && !hostIsOwn(headers.host, settings)) {
    return { refused: 'host', text: FOREIGN_HOST }; // [H-1]
  }
  const isOfPage = isByCookie(visit) || setsCookie(visit);
  if (origin !== undefined) {
    // What the browser adds by itself counts for pages of our own alone. [H-25]
    const isListed = settings.origins.has(origin) && !isOfPage;
    const isLetIn = isListed || isOwnOrigin(origin, headers.host);
    return isLetIn ? undefined : { refused: 'origin', text: FOREIGN_PAGE }; // [H-3] [H-4]
  }
  if (site === 'cross-site' || site === 'same-site') {
    return isLook(visit) ? undefined : { refused: 'origin', text: FOREIGN_PAGE }; // [H-5] [H-6]
  }
  if (isByCookie(visit) && hasEffect(visit) && site !== 'same-origin') {
    return { refused: 'origin', text: COOKIE_ALONE }; // [H-25]
  }
  if (site === undefined && isRead(visit) && hasEffect(visit) && isBrowser(headers)) {
    return { refused: 'origin', text: WHO_ASKS }; // [H-7]
  }
  return undefined;
}

/** Programs come to the SQS API under any name: queue URLs may hold one. Browsers, and what cannot be told from them, do not. */
function needsOwnHost({ isSqs, method, headers }: Visit): boolean {
  const isPage = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  return !isSqs || isPage || method !== 'POST'; // [H-2]
}

/** A browser adds the cookie to whatever goes here: it does not say that whoever is logged in wants it. */
function isByCookie({ headers, isSqs }: Visit): boolean {
  return !isSqs && headers.authorization === undefined && hasSessionCookie(headers);
}

/** A page that could log others in, or out, could have them act under another name than theirs. */
function setsCookie(visit: Visit): boolean {
  return visit.path === SESSION_ROUTE && !isRead(visit);
}

/** HTTP/1.0 knows requests without a host; browsers do not. */
function hostIsOwn(host: string | undefined, { names }: GuardSettings): boolean {
  return host === undefined || isOwnHost(host, names);
}

/** A proxy may have taken TLS off: the scheme does not count. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const slashes = origin.indexOf('://');
  return host !== undefined && slashes > 0 && origin.slice(slashes + 3) === host.toLowerCase();
}

/** A link from elsewhere that a person follows to a page of ours. */
function isLook(visit: Visit): boolean {
  return visit.headers['sec-fetch-mode'] === 'navigate' && !hasEffect(visit);
}

function hasEffect(visit: Visit): boolean {
  const { isSqs, isUpgrade, path } = visit;
  if (isSqs || isUpgrade) return true;
  return !isRead(visit) || EFFECTIVE_GETS.has(path);
}

/** Browsers send such requests without saying their origin. */
function isRead({ method }: Visit): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isBrowser(headers: IncomingHttpHeaders): boolean {
  return (headers['user-agent'] ?? '').startsWith('Mozilla/');
}
