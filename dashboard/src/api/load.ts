// What a view asks for and shows: loaded once, again when what it depends on changes, and every so often while the page is
// seen. Keeps the last answer while the next one comes.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from './problem.ts';

export interface Loaded<T> {
  /** The newest answer; undefined until there is one. */
  readonly data: T | undefined;
  /** Why the last try failed; undefined after one that did not. */
  readonly problem: Problem | undefined;
  readonly isLoading: boolean;
  /** Asks again now. */
  readonly reload: () => void;
}

/** The answer is the newest that there is, and not one of before that is asked for anew. */
export function isFresh({ isLoading, problem }: Loaded<unknown>): boolean {
  return !isLoading && problem === undefined;
}

interface State<T> {
  readonly key: string;
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  readonly isLoading: boolean;
}

interface LoadOptions<T> {
  /** Asks again this long after each answer, while the page is seen; where the newest answer decides, by a function. */
  readonly everyMs?: number | ((newest: T | undefined) => number) | undefined;
  /** False: does not ask. */
  readonly isOn?: boolean | undefined;
}

/**
 * Asks by `ask` whenever one of `inputs` changes; what was there of other inputs is dropped. `ask` gets a signal that is
 * aborted when nobody waits for its answer any more.
 */
export function useLoad<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  inputs: readonly (string | number | boolean | undefined | null)[],
  { everyMs, isOn = true }: LoadOptions<T> = {},
): Loaded<T> {
  const key = JSON.stringify(inputs);
  const [state, setState] = useState<State<T>>(() => emptyState(key));
  const [turn, setTurn] = useState(0);
  const latestAsk = useRef(ask);
  latestAsk.current = ask;
  const latestEvery = useRef(everyMs);
  latestEvery.current = everyMs;
  const period = typeof everyMs === 'function' ? undefined : everyMs;
  const reload = useCallback(() => setTurn((before) => before + 1), []);

  useEffect(() => {
    if (!isOn) return undefined;
    const life = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let newest: T | undefined;
    const again = () => {
      const { current: every } = latestEvery;
      if (every === undefined) return;
      const waitMs = typeof every === 'function' ? every(newest) : every;
      timer = setTimeout(() => (document.hidden ? again() : void load()), waitMs);
    };
    const load = async () => {
      setState((before) => ({
        ...(before.key === key ? before : emptyState(key)),
        isLoading: true,
      }));
      try {
        const data = await latestAsk.current(life.signal);
        newest = data;
        if (!life.signal.aborted) setState({ key, data, problem: undefined, isLoading: false });
      } catch (error) {
        if (life.signal.aborted) return;
        const problem = error as Problem;
        setState((before) => ({ ...before, problem, isLoading: false }));
      }
      if (!life.signal.aborted) again();
    };
    void load();
    return () => {
      life.abort();
      clearTimeout(timer);
    };
  }, [key, turn, period, isOn]);

  const shown = state.key === key ? state : emptyState<T>(key);
  return { data: shown.data, problem: shown.problem, isLoading: shown.isLoading, reload };
}

function emptyState<T>(key: string): State<T> {
  return { key, data: undefined, problem: undefined, isLoading: true };
}
