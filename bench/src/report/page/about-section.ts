// Where the figures come from: machine, versions, settings, and what each peer promises.

import { formatCount } from '../../format.ts';
import type { Environment } from '../../measure/environment.ts';
import type { PeerComparison, Results } from '../../results/results.ts';
import { OUR_NAME } from '../reading/standing.ts';
import { type Html, html } from './html.ts';
import type { Section } from './section.ts';
import { tableHtml } from './table-html.ts';
import { workloadLabel } from './workload-label.ts';

export function aboutSection(results: Results): Section {
  const { environment, peers, workloads } = results;
  return {
    id: 'about',
    title: 'Machine, versions and settings',
    body: html`${machineTable(environment)}${peers && peersTables(peers)}${workloads.length > 0 ? settingsTable(results) : null}`,
  };
}

function machineTable(environment: Environment): Html {
  const { cpu, cores, memoryBytes, kernel, node, fileSystem, versions } = environment;
  const { commit, loadAverage, startedAt } = environment;
  const disk = fileSystem === null ? 'not known' : `${fileSystem.type} on ${fileSystem.device}`;
  const facts: readonly (readonly [string, string])[] = [
    ['processor', `${cpu}, ${cores} cores`],
    ['memory', `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    ['system', kernel],
    ['file system of the data', disk],
    ['node', node],
    ...Object.entries(versions),
    ['commit', commit ?? 'not known'],
    ['begun', startedAt],
    ['load average before', loadAverage.toFixed(2)],
  ];
  return tableHtml({
    caption: 'Everything ran on this one machine, server and client together',
    head: ['', ''],
    wordsAt: [1],
    rows: facts.map(([name, value]) => ({ cells: [name, value] })),
  });
}

function peersTables({ peers, settings }: PeerComparison): Html {
  const found = tableHtml({
    caption: 'What was compared, and what an acknowledgement of each means',
    head: ['peer', 'version', 'client', 'mode', 'an acknowledgement means'],
    wordsAt: [1, 2, 3, 4],
    rows: peers
      .filter(({ modes }) => modes.length > 0)
      .flatMap(({ name, title, version, client, clientVersion, modes }) =>
        modes.map(({ mode, durability }) => ({
          isOurs: name === OUR_NAME,
          cells: [title, version ?? '–', `${client} ${clientVersion ?? ''}`, mode, durability],
        })),
      ),
  });
  const skipped = peers.filter((peer) => peer.skipped !== undefined);
  const list = skipped.map(({ title, skipped: why }) => html`<li>${title}: ${why ?? ''}</li>`);
  const pairs = Object.entries(settings).map(([name, value]) => `${name} ${spoken(value)}`);
  return html`<h3>Peers</h3><p>The same for all: ${pairs.join(', ')}.</p>${found}${skipped.length > 0 ? html`<p>Not measured:</p><ul>${list}</ul>` : null}`;
}

function settingsTable({ workloads }: Results): Html {
  return tableHtml({
    caption: 'Settings of the workloads, with the defaults',
    head: ['workload', 'settings', 'flags of the broker'],
    wordsAt: [1, 2],
    rows: workloads.map((report) => {
      const { settings, brokerFlags } = report.environment;
      const pairs = Object.entries(settings).map(([name, value]) => `${name} ${spoken(value)}`);
      return { cells: [workloadLabel(report), pairs.join(', '), brokerFlags.join(' ')] };
    }),
  });
}

function spoken(value: string | number): string {
  return typeof value === 'number' ? formatCount(value) : value;
}
