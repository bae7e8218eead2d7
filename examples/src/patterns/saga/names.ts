// What orchestrator, services and onlookers have to agree on.
import type { Step } from './saga.ts';

const name = (last: string) => `example.saga.${last}`;

/** Outcomes of steps; the first one of an order says that it was placed. */
export const OUTCOMES = name('outcomes');
/** The newest state of each order: compacted. */
export const STATES = name('states');
/** Commands that no service could carry out. */
export const DEAD = name('dead');
export const ORCHESTRATOR = name('orchestrator');
/** Topic and share group of a service. */
export const commandsOf = (step: Step) => name(`${step}-commands`);
