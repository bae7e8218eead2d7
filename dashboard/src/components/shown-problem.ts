// What went wrong with something that was asked for in a dialog: shown there, and in a toast where the dialog was closed meanwhile.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../api/problem.ts';
import { toastProblem } from './toast.tsx';

type Show = (problem: Problem | undefined) => void;

/** The problem, what shows one, and whether the place to show it is still there. */
export function useShownProblem(): readonly [Problem | undefined, Show, () => boolean] {
  const [problem, setProblem] = useState<Problem>();
  const isHere = useRef(true);
  useEffect(
    () => () => {
      isHere.current = false;
    },
    [],
  );
  const show: Show = (next) => {
    if (isHere.current) setProblem(next);
    else if (next !== undefined) toastProblem(next);
  };
  return [problem, show, () => isHere.current];
}
