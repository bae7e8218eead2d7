// Settings that are on or off, and keep their value where nothing is said.

import { choice, type Input } from '../command.ts';

const STATES = ['on', 'off'] as const;
export type Switch = (typeof STATES)[number];

/** `--fence off`: undefined where it is not given. */
export function onOff(flags: string, about: string): Input<Switch | undefined> {
  return choice(flags, about, STATES);
}

export function isOn(state: Switch | undefined): boolean | undefined {
  return state === undefined ? undefined : state === 'on';
}
