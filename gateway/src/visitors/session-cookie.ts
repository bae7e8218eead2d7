// The cookie by which a page shows whose it is: its text, read and written. Scripts never see it; it holds a token and
// nothing else. Over TLS its name is one that a browser takes from this very host alone, over TLS. Pure.

import type { IncomingHttpHeaders } from 'node:http';

/** The token was made for this login, or is the one that was shown at it: then it is not the login's to take away. */
export const SESSION_KINDS = ['made', 'shown'] as const;

export interface SessionToken {
  readonly kind: (typeof SESSION_KINDS)[number];
  readonly token: string;
}

const PLAIN = 'millrace-session';
/** Neither another port without TLS nor a neighbour's name can set it. */
const SECURE = `__Host-${PLAIN}`;
const VALUE = /^(made|shown)\.(mr_([a-z0-9]{1,32})_[A-Za-z0-9_-]{43})$/;
const PAIRS = /; */;

/** `isTls`: then one that could have come without TLS counts for nothing. Undefined: there is none, or none that can be one. */
export function sessionIn(headers: IncomingHttpHeaders, isTls: boolean): SessionToken | undefined {
  const cookies = sessionCookies(headers);
  // Behind a proxy that takes TLS off, either may be the browser's: first the one that nobody else can have set.
  for (const name of isTls ? [SECURE] : [SECURE, PLAIN]) {
    for (const cookie of cookies.filter((one) => one.name === name)) {
      const [, kind, token] = VALUE.exec(cookie.value) ?? [];
      if (token !== undefined) return { kind: kind as SessionToken['kind'], token };
    }
  }
  return undefined;
}

/** Also one that cannot be read: a browser brought it along. */
export function hasSessionCookie(headers: IncomingHttpHeaders): boolean {
  return sessionCookies(headers).length > 0;
}

function sessionCookies({ cookie }: IncomingHttpHeaders): { name: string; value: string }[] {
  if (cookie === undefined || !cookie.includes(PLAIN)) return [];
  return cookie.split(PAIRS).flatMap((pair) => {
    const name = [SECURE, PLAIN].find((one) => pair.startsWith(`${one}=`));
    return name === undefined ? [] : [{ name, value: pair.slice(name.length + 1) }];
  });
}

/** The id is what the broker calls it by; it is no secret. Undefined: it is no token. */
export function tokenIdOf(token: string): string | undefined {
  return VALUE.exec(`shown.${token}`)?.[3];
}

export interface CookieRules {
  /** The browser forgets it then. */
  readonly maxAgeS: number;
  /** The browser came over TLS. */
  readonly isSecure: boolean;
}

/** For `Set-Cookie`. */
export function sessionCookie({ kind, token }: SessionToken, rules: CookieRules): string {
  return cookieText(rules.isSecure ? SECURE : PLAIN, `${kind}.${token}`, rules.maxAgeS);
}

/** For `Set-Cookie`: whatever of ours the browser brought along, it forgets. */
export function forgottenCookies(headers: IncomingHttpHeaders): string[] {
  const names = new Set(sessionCookies(headers).map(({ name }) => name));
  return [...names].map((name) => cookieText(name, '', 0));
}

function cookieText(name: string, value: string, maxAgeS: number): string {
  const secure = name === SECURE ? '; Secure' : '';
  return `${name}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`;
}
