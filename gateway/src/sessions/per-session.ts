// What is made once for each session and goes with it: above all what is remembered of the broker's answers, for what one
// user may know another may not.

import type { Session } from '../services.ts';

export function perSession<T>(make: (session: Session) => T): (session: Session) => T {
  const made = new WeakMap<Session, { readonly value: T }>();
  return (session) => {
    let known = made.get(session);
    if (known === undefined) {
      known = { value: make(session) };
      made.set(session, known);
    }
    return known.value;
  };
}
