// A list that the gateway tells in pages: the first one again and again, others on demand. Once there are others nothing
// is asked again by itself, so that rows stay where they are.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLoad } from '../../api/load.ts';
import type { Problem } from '../../api/problem.ts';

export interface Paged<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  /** Messages looked at for it. */
  readonly looked: number;
}

export interface Pages<T> {
  /** Undefined until the first page is there. */
  readonly items: readonly T[] | undefined;
  readonly looked: number;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly problem: Problem | undefined;
  readonly more: () => void;
  /** From the first page on. */
  readonly reload: () => void;
}

const EVERY_MS = 2_000;

export function usePages<T>(
  ask: (from: string | null, signal: AbortSignal) => Promise<Paged<T>>,
  inputs: readonly (string | number | null)[],
): Pages<T> {
  const [others, setOthers] = useState<readonly Paged<T>[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const [isMore, setMore] = useState(false);
  const life = useRef<AbortController | undefined>(undefined);
  const isFirstOnly = others.length === 0 && !isMore;
  const first = useLoad((signal) => ask(null, signal), inputs, {
    everyMs: isFirstOnly ? EVERY_MS : undefined,
    isOn: isFirstOnly,
  });
  const key = JSON.stringify(inputs);
  useEffect(() => {
    setOthers([]);
    setProblem(undefined);
    return () => life.current?.abort();
  }, [key]);
  const last = others.at(-1) ?? first.data;
  const more = async () => {
    const from = last?.next ?? null;
    if (from === null || isMore) return;
    const own = new AbortController();
    life.current = own;
    setMore(true);
    try {
      const page = await ask(from, own.signal);
      if (!own.signal.aborted) setOthers((before) => [...before, page]);
      setProblem(undefined);
    } catch (error) {
      if (!own.signal.aborted) setProblem(error as Problem);
    }
    setMore(false);
  };
  const pages = first.data === undefined ? [] : [first.data, ...others];
  return {
    items: first.data === undefined ? undefined : pages.flatMap(({ items }) => items),
    looked: pages.reduce((sum, { looked }) => sum + looked, 0),
    hasMore: (last?.next ?? null) !== null,
    isLoading: first.isLoading || isMore,
    problem: problem ?? first.problem,
    more: () => void more(),
    reload: () => {
      setOthers([]);
      first.reload();
    },
  };
}
