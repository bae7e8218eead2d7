// How many may be there at a time. It counts and nothing else.

import { MillraceError } from '@millrace/protocol';

export class Places {
  private readonly what: string;
  private readonly max: number;
  private taken = 0;

  constructor(what: string, max: number) {
    this.what = what;
    this.max = max;
  }

  /** Throws OVERLOADED where there is none left. */
  check(): void {
    if (this.taken < this.max) return;
    const limit = `${this.max} ${this.what}`;
    throw new MillraceError('OVERLOADED', `The gateway has ${limit} already.`, {
      limit,
      retryAfterMs: 1_000,
    });
  }

  /** Gives the place back when the function returned is called, however often. Throws OVERLOADED. */
  take(): () => void {
    this.check();
    this.taken += 1;
    let isTaken = true;
    return () => {
      if (isTaken) this.taken -= 1;
      isTaken = false;
    };
  }
}
