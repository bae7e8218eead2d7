// Plays one scenario on a stage of its own and says what came of it. A play that fails is a result too, not an error.

import { type Check, holds } from '../proof.ts';
import type { Scenario, Via } from '../stage/scenario.ts';
import { Stage } from '../stage/stage.ts';
import { type Step, Teller } from './teller.ts';

const INTERRUPTED = 'interrupted';

export interface PlayOptions {
  readonly via: Via;
  readonly isSpoiled: boolean;
  readonly isKept: boolean;
  /** Nothing is printed: everything is in the result. */
  readonly isQuiet: boolean;
  readonly signal: AbortSignal;
}

export interface ScenarioResult {
  readonly scenario: string;
  readonly title: string;
  readonly claim: string;
  readonly via: Via;
  /** Played to its end, and every check holds. */
  readonly ok: boolean;
  readonly seconds: number;
  readonly checks: readonly (Check & { readonly holds: boolean })[];
  readonly steps: readonly Step[];
  /** What the play showed, as data. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** Why it was not played to its end; null: it was. */
  readonly error: string | null;
  /** Where its data are, if they were to be kept. */
  readonly directory: string | null;
}

export async function playScenario(
  scenario: Scenario,
  options: PlayOptions,
): Promise<ScenarioResult> {
  const { via, isSpoiled, isKept, isQuiet, signal } = options;
  const teller = new Teller(isQuiet);
  const shown: Record<string, unknown> = {};
  let stage: Stage | undefined;
  let checks: readonly Check[] = [];
  let error: string | null = null;
  try {
    if (signal.aborted) throw new Error(INTERRUPTED);
    stage = await Stage.open({
      via,
      isSpoiled,
      isKept,
      signal,
      say: (text) => teller.say(text),
      onWait: (what) => teller.wait(what),
      onShow: (name, text, data) => {
        teller.show(text);
        shown[name] = data;
      },
    });
    if (isSpoiled) teller.say(`spoiled on purpose: ${scenario.spoil}`);
    checks = await untilAborted(scenario.play(stage), signal);
    if (checks.length === 0) error = 'the play checked nothing';
  } catch (reason) {
    error = reason instanceof Error ? reason.message : String(reason);
  } finally {
    await stage?.close();
  }
  return {
    scenario: scenario.name,
    title: scenario.title,
    claim: scenario.claim,
    via,
    ok: error === null && checks.every(holds),
    seconds: Number(teller.seconds.toFixed(2)),
    checks: checks.map((check) => ({ ...check, holds: holds(check) })),
    steps: teller.steps,
    shown,
    error,
    directory: isKept ? (stage?.directory ?? null) : null,
  };
}

/** The play's promise, or a rejection as soon as it is interrupted: then what it waits for never comes. */
async function untilAborted<T>(play: Promise<T>, signal: AbortSignal): Promise<T> {
  let interrupt = () => {};
  const aborted = new Promise<never>((_, reject) => {
    interrupt = () => reject(new Error(INTERRUPTED));
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt);
  });
  try {
    return await Promise.race([play, aborted]);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
