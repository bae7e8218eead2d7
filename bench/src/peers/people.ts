// The comparison for people: rates and costs of each peer and mode, those that flush before they acknowledge apart from
// those that do not, and everything that has to be known to read them.

import { tableText } from '../report/table-text.ts';
import type { ComparedPeer, PeerComparison } from '../results/results.ts';
import { COSTS, type Columns, cellsOf, headOf, type PeerRow, peerRows, RATES } from './columns.ts';

export function comparisonText(comparison: PeerComparison): string {
  const { peers, settings } = comparison;
  const rows = peerRows(comparison);
  const given = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  const sections = [
    `peers: ${given.join(', ')}`,
    ...group(
      'acknowledged on the disk',
      rows.filter(({ mode }) => mode.isFlushed),
    ),
    ...group(
      'acknowledged before it is on the disk',
      rows.filter(({ mode }) => !mode.isFlushed),
    ),
    notesText(rows),
    skippedText(peers),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function group(title: string, rows: readonly PeerRow[]): string[] {
  if (rows.length === 0) return [];
  return [
    `${title}\n\n${tableOf(RATES, rows)}`,
    `CPU s a million messages, server + client; ${title}\n\n${tableOf(COSTS, rows)}`,
  ];
}

function tableOf(columns: Columns, rows: readonly PeerRow[]): string {
  const lines = rows.map((row) => cellsOf(columns, row));
  return tableText(headOf(columns), lines);
}

function notesText(rows: readonly PeerRow[]): string {
  return rows
    .map(({ peer, mode }) => {
      const versions = `${peer.version ?? ''}, ${peer.client} ${peer.clientVersion ?? ''}`;
      const notes = mode.works.flatMap(({ work, note }) => (note ? [`  ${work}: ${note}`] : []));
      return [`${peer.title} ${versions}; ${mode.mode}: ${mode.durability}`, ...notes].join('\n');
    })
    .join('\n');
}

function skippedText(peers: readonly ComparedPeer[]): string {
  const skipped = peers.filter((peer) => peer.skipped !== undefined);
  return skipped.map(({ name, skipped: why }) => `skipped: ${name}: ${why}`).join('\n');
}
