// How long somebody may take nothing before it is cut off. A while in which this process itself stood still counts as
// little: what arrived in it was not looked at yet.

const STEPS = 4;

/** Calls `cut` after so long, unless the function returned is called before. */
export function losePatience(afterMs: number, cut: () => void): () => void {
  let steps = 0;
  // An interval that is late by several steps comes once.
  const timer = setInterval(() => {
    steps += 1;
    if (steps < STEPS) return;
    clearInterval(timer);
    cut();
  }, afterMs / STEPS);
  return () => clearInterval(timer);
}
