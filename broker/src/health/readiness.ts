// Whether requests should be sent here, and if not, why not: collected from whoever can tell, at the moment it is asked.

/** Why nothing should be sent here now. */
export interface Trouble {
  readonly code:
    | 'starting'
    | 'stopping'
    | 'storage_full'
    | 'commits_failing'
    | 'event_loop_held_up';
  readonly text: string;
}

export type Troubles = () => readonly Trouble[];

/** What `/readyz` says. */
export interface Readiness {
  readonly isReady: boolean;
  readonly reasons: readonly Trouble[];
}

export function readinessOf(sources: readonly Troubles[]): Readiness {
  const reasons = sources.flatMap((troubles) => [...troubles()]);
  return { isReady: reasons.length === 0, reasons };
}
