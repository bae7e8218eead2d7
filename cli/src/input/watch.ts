// The options of commands that can look again and again.

import { flag, optionWith } from '../command.ts';
import { usage } from '../errors/cli-error.ts';
import { parseDuration } from './duration.ts';

const INTERVAL_MS_MIN = 100;

function parseInterval(text: string): number {
  const ms = parseDuration(text);
  if (ms < INTERVAL_MS_MIN) throw usage(`--interval is at least ${INTERVAL_MS_MIN}ms`);
  return ms;
}

export const WATCH = {
  watch: flag('--watch', 'again and again until Ctrl-C; with --json one object a line'),
  interval: optionWith(
    '-i, --interval <duration>',
    'how often --watch looks',
    parseInterval,
    1_000,
    '1s',
  ),
};
