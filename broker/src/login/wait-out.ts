// The time that a failed login costs whoever failed. It decides nothing.

import type { CancelSignal } from '../handlers/handler.ts';

/** Ends early where nobody waits for the answer any more. */
export async function waitOut(ms: number, signal: CancelSignal): Promise<void> {
  let forget: () => void = () => undefined;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    forget = signal.onCancel(() => {
      clearTimeout(timer);
      resolve();
    });
  });
  forget();
}

/** Until it is one's turn. Throws where nobody waits for the answer any more: then nothing is to be looked at. */
export async function waitInLine(lineMs: () => number, signal: CancelSignal): Promise<void> {
  for (let ms = lineMs(); ms > 0; ms = lineMs()) {
    await waitOut(ms, signal);
    if (signal.reason !== undefined) throw signal.reason;
  }
}
