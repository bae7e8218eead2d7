// The comparison with peers: those that flush apart from those that do not, and the sentences that read it.

import { markdownTable } from '@millrace/harness';
import { COSTS, cellsOf, headOf, type PeerRow, peerRows, RATES } from '../../peers/columns.ts';
import { FAILED_NOTE, type PeerComparison } from '../../results/results.ts';

/** Beside the rates one cost: what the server's CPU is held against. */
const COLUMNS = [
  ...RATES,
  ...COSTS.filter(([head]) => head === 'produce').map(
    ([, cell]) => ['CPU s a million produced: server + client', cell] as const,
  ),
];

export function peersSection(comparison: PeerComparison): string {
  const rows = peerRows(comparison);
  const { settings, peers } = comparison;
  const pairs = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  const skipped = peers.flatMap(({ title, skipped: why }) => (why ? [`${title}: ${why}`] : []));
  return [
    `Each peer through its own best client, in the same run, by the same code ([how, and with what settings](peers.md)); ${pairs.join(', ')}. "-": it has no such thing, or did not keep up with 100 messages a second.`,
    'Acknowledged when it is **on the disk**:',
    tableOf(rows.filter(({ mode }) => mode.isFlushed)),
    'Acknowledged **before it is on the disk**:',
    tableOf(rows.filter(({ mode }) => !mode.isFlushed)),
    [...notesOf(rows), ...skipped.map((text) => `Not measured: ${text}`)]
      .map((note) => `- ${note}`)
      .join('\n'),
  ]
    .map((part) => part.trimEnd())
    .join('\n\n');
}

function tableOf(rows: readonly PeerRow[]): string {
  return markdownTable(
    headOf(COLUMNS),
    rows.map((row) => cellsOf(COLUMNS, row)),
  );
}

/** Of what was tried: that a peer has no such thing is said above. */
function notesOf(rows: readonly PeerRow[]): readonly string[] {
  return rows.flatMap(({ peer, mode }) =>
    mode.works.flatMap(({ work, note, recordsPerSecond }) => {
      const wasTried = recordsPerSecond !== undefined || note?.startsWith(FAILED_NOTE);
      if (note === undefined || !wasTried) return [];
      return [`${peer.title}, ${mode.mode}, ${work}: ${note}`];
    }),
  );
}
