// The figures of a report as Markdown, for docs/performance.md: the same tables from the same results, so that nobody
// copies a number by hand.

import { fileURLToPath } from 'node:url';
import { markdownTable, writePart } from '@millrace/harness';
import { agreementOf } from '../../agree/agree.ts';
import { FAILED_NOTE, type Results } from '../../results/results.ts';
import { targetsOf } from '../reading/targets.ts';
import { agreementSection } from './agreement.ts';
import { peersSection } from './peers.ts';
import { scalingPart } from './scaling.ts';
import { workloadsTable } from './workloads.ts';

const PAGE = fileURLToPath(new URL('../../../../docs/performance.md', import.meta.url));

/** Throws where the page has lost its marks. */
export function writeDocument(results: Results, again: Results | null): void {
  writePart(PAGE, 'bench', documentText(results, again));
}

/** `again` is a second run of the same; null where there is none. */
export function documentText(results: Results, again: Results | null): string {
  const { peers, curves, workloads, failures = [] } = results;
  const parts = [
    machineText(results),
    // Those of peers stand below their tables.
    ...failures
      .filter(({ reason }) => !reason.startsWith(FAILED_NOTE))
      .map(({ part, reason }) => `**Failed:** \`${part}\`: ${reason}`),
    '### Targets',
    targetsTable(results),
    ...(workloads.length > 0 ? ['### Workloads', workloadsTable(workloads)] : []),
    ...(peers === null ? [] : ['### Against peers', peersSection(peers)]),
    ...(curves.length > 0 ? ['### Scaling', scalingPart(curves)] : []),
    ...(again === null
      ? []
      : [
          '### Do two runs agree?',
          agreementSection(results, again, agreementOf(results, again, WITHIN)),
        ]),
  ];
  return `${parts.map((part) => part.trimEnd()).join('\n\n')}\n`;
}

/** What two runs of everything are to agree within. */
const WITHIN = 0.15;

function machineText({ environment, workloads }: Results): string {
  const { cpu, cores, memoryBytes, kernel, node, fileSystem, versions, commit } = environment;
  const { startedAt, loadAverage } = environment;
  const disk =
    fileSystem === null ? 'file system not known' : `${fileSystem.type} on ${fileSystem.device}`;
  const libraries = ['lmdb', 'msgpackr'].map((name) => `${name} ${versions[name] ?? 'not known'}`);
  const [first] = workloads;
  const { duration, warmup, runs } = first?.environment.settings ?? {};
  const lengths =
    duration === undefined
      ? ''
      : ` \`npm run bench -- report --duration ${duration} --warmup ${warmup ?? ''} --runs ${runs ?? ''}\`: medians of ${runs ?? ''} runs.`;
  return [
    `Begun ${startedAt.slice(0, 16).replace('T', ' ')} UTC on ${cores} cores of ${cpu}, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB, ${kernel}, ${disk};`,
    `Node.js ${node}, ${libraries.join(', ')}, commit ${commit?.slice(0, 12) ?? 'not known'}; load average before ${loadAverage.toFixed(2)}.${lengths}`,
    'Broker or server and one client process share the cores.',
  ].join(' ');
}

function targetsTable(results: Results): string {
  return markdownTable(
    ['work', 'wanted', 'found', ''],
    targetsOf(results).map(({ work, wanted, found, isMet }) => {
      const mark = isMet === null ? 'not measured' : isMet ? 'met' : '**missed**';
      return [work, wanted, found ?? '', mark];
    }),
  );
}
