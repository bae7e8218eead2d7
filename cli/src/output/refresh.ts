// Shows the same thing again and again until Ctrl-C: in place on a terminal, one after the other elsewhere, with --json
// as one object a line. Knows nothing of what it shows.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.ts';

const CLEAR = '\u001B[H\u001B[J';

/** Ends at a signal, which is how it is meant to end, or with the first look that fails. */
export async function refresh<T extends { readonly document: unknown }>(
  context: Context,
  intervalMs: number,
  look: () => Promise<T>,
  forPeople: (seen: T) => Promise<string>,
): Promise<void> {
  const { output, terminal, signal } = context;
  const isInPlace = terminal.stdout.isTTY === true;
  for (let round = 0; !signal.aborted; round += 1) {
    const startedAt = performance.now();
    const seen = await orStopped(context, look());
    if (seen === undefined) return;
    if (output.json) await output.line(JSON.stringify(seen.document));
    else {
      const before = isInPlace ? CLEAR : round === 0 ? '' : '\n';
      await output.write(`${before}${await forPeople(seen)}\n`);
    }
    const leftMs = Math.max(0, intervalMs - (performance.now() - startedAt));
    await sleep(leftMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Undefined where the command was stopped meanwhile. */
async function orStopped<T>({ signal }: Context, looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
