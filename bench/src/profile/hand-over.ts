// What the broker's process and the bench agree on to hand a profile over: names of files in a directory of their own.

export const FILES = {
  started: 'started',
  unfinished: 'profile.unfinished',
  profile: 'profile.json',
} as const;

/** Between samples, in microseconds, on both sides. */
export const SAMPLING_US = 250;
