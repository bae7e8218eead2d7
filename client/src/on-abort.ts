// One listener a signal, however many wait for it here: Node warns of a leak from eleven on.

import { Bag, type Bagged } from './bag.ts';

type Callback = () => void;

interface Waiter extends Bagged {
  readonly callback: Callback;
}

const waiting = new WeakMap<AbortSignal, { waiters: Bag<Waiter>; listener: Callback }>();

/** Calls back when the signal is aborted, unless the function returned is called before. Not for aborted signals. */
export function onAbort(signal: AbortSignal, callback: Callback): () => void {
  const { waiters } = waiting.get(signal) ?? listen(signal);
  const waiter = { callback, bagIndex: -1 };
  waiters.add(waiter);
  return () => {
    if (!waiters.delete(waiter) || waiters.size > 0) return;
    const entry = waiting.get(signal);
    if (entry?.waiters !== waiters) return;
    signal.removeEventListener('abort', entry.listener);
    waiting.delete(signal);
  };
}

function listen(signal: AbortSignal): { waiters: Bag<Waiter> } {
  const waiters = new Bag<Waiter>();
  const listener = () => {
    waiting.delete(signal);
    // One may call another off.
    for (const waiter of waiters.all()) if (waiters.delete(waiter)) waiter.callback();
  };
  signal.addEventListener('abort', listener, { once: true });
  const entry = { waiters, listener };
  waiting.set(signal, entry);
  return entry;
}
