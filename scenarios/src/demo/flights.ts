// The demo's data: flights of the vega-datasets package, and what is true of them, computed without any broker.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One flight. `delay` in minutes (negative: early), `distance` in miles. */
export interface Flight {
  readonly delay: number;
  readonly distance: number;
  readonly time: number;
}

/** Flights and minutes of delay by distance: what the consumer group has to find out. */
export type DelaysByDistance = Map<string, { flights: number; delayMinutes: number }>;

export async function loadFlights(): Promise<Flight[]> {
  const module = fileURLToPath(import.meta.resolve('vega-datasets'));
  const file = join(dirname(module), '..', 'data', 'flights-200k.json');
  return JSON.parse(await readFile(file, 'utf8')) as Flight[];
}

/** The record key: flights of one distance are of one partition, in the order they were sent. */
export function keyOf(flight: Flight): string {
  return `${flight.distance} mi`;
}

export function addDelay(delays: DelaysByDistance, flight: Flight): void {
  const key = keyOf(flight);
  const sum = delays.get(key) ?? { flights: 0, delayMinutes: 0 };
  sum.flights += 1;
  sum.delayMinutes += flight.delay;
  delays.set(key, sum);
}

/** How many distances have other sums than they should. */
export function differences(found: DelaysByDistance, truth: DelaysByDistance): number {
  const keys = new Set([...found.keys(), ...truth.keys()]);
  let wrong = 0;
  for (const key of keys) {
    const [a, b] = [found.get(key), truth.get(key)];
    if (a?.flights !== b?.flights || a?.delayMinutes !== b?.delayMinutes) wrong += 1;
  }
  return wrong;
}
