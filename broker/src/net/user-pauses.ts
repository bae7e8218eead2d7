// Until when users have to pause who are beyond their quotas, so that connecting anew does not end a pause. Addresses where
// nobody was asked who they are. It reads no clock.

import type { ConnectionInfo } from '../handlers/handler.ts';

type Who = Pick<ConnectionInfo, 'access' | 'remoteAddress'>;

export class UserPauses {
  readonly #untilMs = new Map<string, number>();

  get size(): number {
    return this.#untilMs.size;
  }

  begin(who: Who, ms: number, nowMs: number): void {
    const name = nameOf(who);
    this.#untilMs.set(name, Math.max(this.#untilMs.get(name) ?? 0, nowMs + ms));
  }

  /** What is left of it, ms; 0: nothing. */
  leftMs(who: Who, nowMs: number): number {
    if (this.#untilMs.size === 0) return 0;
    return Math.max(0, (this.#untilMs.get(nameOf(who)) ?? 0) - nowMs);
  }

  forgetOver(nowMs: number): void {
    for (const [name, untilMs] of this.#untilMs) {
      if (untilMs <= nowMs) this.#untilMs.delete(name);
    }
  }
}

/** No user's name holds a blank. */
function nameOf({ access, remoteAddress }: Who): string {
  return access.user === '' ? `address ${remoteAddress}` : access.user;
}
