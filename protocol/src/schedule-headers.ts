// Headers by which a message tells the schedule and the tick that it comes from. Only a broker sets them.

/** Headers of messages that a schedule has made. */
export const SCHEDULE_HEADERS = {
  /** Name of the schedule. */
  name: 'millrace-schedule',
  /** When the tick was to come, ms since 1970 in decimal digits. */
  tick: 'millrace-schedule-tick',
} as const;
