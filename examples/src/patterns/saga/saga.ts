// What comes next in an order: a pure function from a saga and the outcome of its last step to the saga and its next
// command. It sends nothing, and everything else here only carries what it says.

// #region saga
export const STEPS = ['payment', 'stock', 'shipping'] as const;
export type Step = (typeof STEPS)[number];

export interface Saga {
  readonly order: string;
  readonly state: 'going' | 'undoing' | 'done' | 'undone';
  /** Position in STEPS of the step that is under way. */
  readonly at: number;
  /** Why it is being undone. */
  readonly why?: string | undefined;
}

export interface Command {
  readonly saga: Saga;
  readonly step: Step;
  readonly action: 'do' | 'undo';
}

/**
 * done: it was. refused: it was not, and will not be. unknown: it was tried in vain, and may have had its effect.
 */
export interface Outcome {
  readonly saga: Saga;
  readonly outcome: 'done' | 'refused' | 'unknown';
  readonly why?: string | undefined;
}

export function advance({ saga, outcome, why }: Outcome): { saga: Saga; command?: Command } {
  if (saga.state === 'going') {
    if (outcome === 'done') return forward(saga, saga.at + 1);
    // What was refused need not be undone. What may have happened has to be.
    const at = outcome === 'refused' ? saga.at - 1 : saga.at;
    return back({ ...saga, state: 'undoing', why }, at);
  }
  if (saga.state === 'undoing' && outcome === 'done') return back(saga, saga.at - 1);
  throw new Error(`${saga.order}: ${outcome} while ${saga.state}: somebody has to look`);
}

function forward(saga: Saga, at: number): { saga: Saga; command?: Command } {
  const step = STEPS[at];
  if (step === undefined) return { saga: { ...saga, at, state: 'done' } };
  const next = { ...saga, at };
  return { saga: next, command: { saga: next, step, action: 'do' } };
}

function back(saga: Saga, at: number): { saga: Saga; command?: Command } {
  const step = STEPS[at];
  if (step === undefined) return { saga: { ...saga, at, state: 'undone' } };
  const next = { ...saga, at };
  return { saga: next, command: { saga: next, step, action: 'undo' } };
}
// #endregion
