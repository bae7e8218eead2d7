// One listener a signal, however many wait for it here: Node warns of a leak from eleven on.

type Callback = () => void;

const waiting = new WeakMap<AbortSignal, { callbacks: Set<Callback>; listener: Callback }>();

/** Calls back when the signal is aborted, unless the function returned is called before. Not for aborted signals. */
export function onAbort(signal: AbortSignal, callback: Callback): () => void {
  const { callbacks } = waiting.get(signal) ?? listen(signal);
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    const entry = waiting.get(signal);
    if (entry?.callbacks !== callbacks) return;
    signal.removeEventListener('abort', entry.listener);
    waiting.delete(signal);
  };
}

function listen(signal: AbortSignal): { callbacks: Set<Callback> } {
  const callbacks = new Set<Callback>();
  const listener = () => {
    waiting.delete(signal);
    for (const callback of callbacks) callback();
  };
  signal.addEventListener('abort', listener, { once: true });
  const entry = { callbacks, listener };
  waiting.set(signal, entry);
  return entry;
}
