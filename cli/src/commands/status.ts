// `status`: how the broker is, once or again and again.

import type { BrokerDescription } from '@millrace/client';
import { command } from '../command.ts';
import { WATCH } from '../input/watch.ts';
import { formatCount, formatDuration, formatSize, formatText } from '../output/format.ts';
import type { Output } from '../output/output.ts';
import { refresh } from '../output/refresh.ts';
import { properties } from '../output/table.ts';

export const status = command({
  name: 'status',
  about: 'show how the broker is: readiness, storage, process, rates, options that are set',
  details:
    'Rates, commit times, event loop and processors are those of the last minute, or of the time since the start where\n' +
    'that is shorter. A broker that is not ready says why; the exit code is 0 all the same. Needs describe on the cluster.',
  inputs: {
    ...WATCH,
  },
  examples: [
    { line: 'broker-cli status', about: 'one look' },
    { line: 'broker-cli status --watch', about: 'as it goes' },
    { line: 'broker-cli status --json | jq .storage.freeBytes', about: 'one number' },
  ],
  async run(context, { watch, interval }) {
    const { admin, broker } = await context.client();
    const look = () => admin.describeBroker({ signal: context.signal });
    const text = (seen: BrokerDescription) => statusText(context.output, broker.address, seen);
    if (watch) {
      await refresh(
        context,
        interval,
        async () => ({ document: await look() }),
        ({ document }) => text(document),
      );
      return;
    }
    const seen = await look();
    await context.output.answer(seen, () => text(seen));
  },
});

function statusText(output: Output, address: string, seen: BrokerDescription): Promise<string> {
  const { version, nodeVersion, instanceId, startedAtMs, nowMs, topics, partitions } = seen;
  const groups = `${formatCount(seen.shareGroups)} queues, ${formatCount(seen.consumerGroups)} consumer groups`;
  return properties(output, [
    [
      'broker',
      `${formatText(address)}, version ${formatText(version)}, Node.js ${formatText(nodeVersion)}`,
    ],
    ['instance', formatText(instanceId)],
    ['up for', formatDuration(Math.max(0, nowMs - startedAtMs))],
    ['ready', readyText(seen)],
    [
      'connections',
      `${formatCount(seen.connections)}, ${formatCount(seen.requestsInFlight)} requests in flight`,
    ],
    ['holds', `${formatCount(topics)} topics, ${formatCount(partitions)} partitions, ${groups}`],
    ...ratesText(seen),
    ...storageText(seen.storage),
    ...processText(seen.process),
    ['options', optionsText(seen)],
  ]);
}

type Pair = readonly [name: string, value: string];

function readyText({ ready, reasons }: BrokerDescription): string {
  if (ready) return 'yes';
  return `no: ${reasons.map(({ text }) => formatText(text)).join(' ')}`;
}

function ratesText({ rates }: BrokerDescription): Pair[] {
  if (rates === null) return [['rates', 'not known yet']];
  const records = (count: number, bytes: number) =>
    `${perSecond(count)} records/s, ${formatSize(Math.round(bytes))}/s`;
  return [
    ['appended', records(rates.recordsAppended, rates.bytesAppended)],
    ['fetched', records(rates.recordsFetched, rates.bytesFetched)],
    [
      'queues',
      `${perSecond(rates.messagesLeased)} received/s, ${perSecond(rates.messagesAcknowledged)} acknowledged/s, ${perSecond(rates.messagesDeadLettered)} dead-lettered/s`,
    ],
    ['requests', `${perSecond(rates.requests)}/s`],
  ];
}

function storageText(storage: BrokerDescription['storage']): Pair[] {
  const { fileBytes, journalBytes, freeBytes, reserveBytes, full } = storage;
  const { commitsPerSecond, commitP50Ms, commitP99Ms, commitsAborted, quarantinedBatches } =
    storage;
  const times = `${commitsPerSecond === null ? '-' : perSecond(commitsPerSecond)}/s, half within ${msText(commitP50Ms)}, 99 % within ${msText(commitP99Ms)}`;
  return [
    ['data file', `${formatSize(fileBytes)}, ${formatSize(journalBytes)} of it the journal`],
    [
      'free',
      `${formatSize(freeBytes)}, ${formatSize(reserveBytes)} kept in reserve${full ? ': full, producing has stopped' : ''}`,
    ],
    ['commits', commitsAborted === 0 ? times : `${times}, ${formatCount(commitsAborted)} aborted`],
    ...(quarantinedBatches === 0
      ? []
      : [['damaged', `${formatCount(quarantinedBatches)} batches set aside`] as const]),
  ];
}

function processText(seen: BrokerDescription['process']): Pair[] {
  const { pid, rssBytes, heapUsedBytes, heapLimitBytes, eventLoopP99Ms, eventLoopMaxMs } = seen;
  const share = seen.cpuShare === null ? '-' : `${(100 * seen.cpuShare).toFixed(0)} %`;
  return [
    ['process', `${pid}, ${share} of a processor`],
    [
      'memory',
      `${formatSize(rssBytes)}, heap ${formatSize(heapUsedBytes)} of ${formatSize(heapLimitBytes)}`,
    ],
    ['event loop', `late by ${msText(eventLoopP99Ms)} (99 %), ${msText(eventLoopMaxMs)} at most`],
  ];
}

function optionsText({ options }: BrokerDescription): string {
  const set = options.filter(({ isDefault }) => !isDefault);
  if (set.length === 0) return 'as by default';
  return set.map(({ name, value }) => formatText(`${name} ${value}`, 120)).join(', ');
}

function msText(ms: number | null): string {
  return ms === null ? '-' : formatDuration(ms);
}

function perSecond(rate: number): string {
  return rate === 0 || rate >= 10 ? formatCount(Math.round(rate)) : rate.toPrecision(2);
}
