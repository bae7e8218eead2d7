// How much happened in a history.

import type { History } from './history.ts';

export type HistoryCounts = ReturnType<typeof countsOf>;

export function countsOf({ sends, receives, statements, commits, notes }: History) {
  const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
  const calls = [...sends, ...receives, ...statements, ...commits];
  return {
    calls: calls.length,
    refused: calls.filter(({ outcome }) => outcome === 'refused').length,
    unknown: calls.filter(({ outcome }) => outcome === 'unknown').length,
    sent: sum(sends.map(({ ids }) => ids.length)),
    delivered: sum(receives.map(({ messages }) => messages.length)),
    read: sum([...notes.values()].flat().map(({ ids = [] }) => ids.length)),
    clients: new Set(calls.map(({ diary }) => diary)).size,
  };
}
