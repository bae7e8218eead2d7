// `ping`: round trips to the broker.

import { command, optionWith } from '../command.ts';
import { count } from '../input/count.ts';
import { parseDuration } from '../input/duration.ts';
import { formatDuration, formatText } from '../output/format.ts';
import { properties } from '../output/table.ts';

export const ping = command({
  name: 'ping',
  about: 'measure round trips to the broker',
  details: 'Exit code 0 where the broker answers, 3 where it does not.',
  inputs: {
    count: optionWith('-n, --count <count>', 'number of round trips', count(1, 1_000_000), 5),
    interval: optionWith(
      '-i, --interval <duration>',
      'pause between them',
      parseDuration,
      200,
      '200ms',
    ),
  },
  examples: [
    { line: 'broker-cli ping', about: 'five round trips' },
    { line: 'broker-cli ping --count 1 --quiet', about: 'is it there? (in a script)' },
  ],
  async run(context, { count: wanted, interval }) {
    const { admin, broker } = await context.client();
    const trips: number[] = [];
    while (trips.length < wanted && context.stopped === undefined) {
      if (trips.length > 0) await pause(interval, context.signal);
      if (context.stopped !== undefined) break;
      trips.push((await admin.ping({ signal: context.signal })).roundTripMs);
    }
    const roundTripMs = figuresOf(trips);
    const { address, version, instanceId, connectionId, user } = broker;
    const who = { address, version, instanceId, connectionId, user };
    await context.output.done(
      { broker: who, count: trips.length, roundTripMs },
      await properties(context.output, [
        ['broker', `${formatText(address)}, version ${formatText(version)}`],
        ['instance', formatText(instanceId)],
        ['user', user === null ? '-' : formatText(user)],
        ['round trips', String(trips.length)],
        [
          'time',
          `min ${tripText(roundTripMs.min)}, median ${tripText(roundTripMs.median)}, max ${tripText(roundTripMs.max)}`,
        ],
      ]),
    );
  },
});

function figuresOf(trips: readonly number[]) {
  const sorted = trips
    .toSorted((one, other) => one - other)
    .map((ms) => Math.round(ms * 1_000) / 1_000);
  const middle = Math.floor((sorted.length - 1) / 2);
  return {
    min: sorted.at(0) ?? null,
    median: sorted[middle] ?? null,
    max: sorted.at(-1) ?? null,
  };
}

function tripText(ms: number | null): string {
  return ms === null ? '-' : formatDuration(ms);
}

/** Resolves after the time, or at the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
