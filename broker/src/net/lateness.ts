// What a connection is late with, from how long each thing has taken. It ends nothing.

import { MillraceError } from '@millrace/protocol';

export interface PatienceLimits {
  readonly helloTimeout: number;
  readonly stallTimeout: number;
  readonly frameTimeout: number;
  /** -1: never. */
  readonly idleTimeout: number;
}

/** How long it has been at what, ms; 0: it is not. */
export interface Ages {
  readonly hello: number;
  readonly unsent: number;
  readonly frame: number;
  readonly idle: number;
}

export interface Lateness {
  readonly reason: 'no_hello' | 'stalled' | 'slow_frame' | 'idle';
  /** What the client is told; absent: nothing, it takes no replies or asked for nothing. */
  readonly error?: MillraceError | undefined;
}

/** How long a frame may take while others wait for its memory. */
const FRAME_MS_WHEN_CROWDED = 5_000;

export function latenessOf(
  ages: Ages,
  limits: PatienceLimits,
  isCrowded: boolean,
): Lateness | undefined {
  const { helloTimeout, stallTimeout, frameTimeout, idleTimeout } = limits;
  if (ages.hello > helloTimeout) {
    const message = `No Hello came within ${helloTimeout} ms.`;
    const error = new MillraceError('HELLO_REQUIRED', message, { limit: `${helloTimeout} ms` });
    return { reason: 'no_hello', error };
  }
  if (ages.unsent > stallTimeout) return { reason: 'stalled' };
  const frameMs = isCrowded ? Math.min(frameTimeout, FRAME_MS_WHEN_CROWDED) : frameTimeout;
  if (ages.frame > frameMs) {
    const message = `The frame was not complete within ${frameMs} ms.`;
    const error = new MillraceError('MALFORMED_FRAME', message, { limit: `${frameMs} ms` });
    return { reason: 'slow_frame', error };
  }
  return idleTimeout >= 0 && ages.idle > idleTimeout ? { reason: 'idle' } : undefined;
}
