// The demo: a broker on a temporary directory, real data through the log and through the queue, a kill -9 in the
// middle, and a proof that every record and message is accounted for. Exit code 1 where one is not, or where it is interrupted.

import { parseArgs } from 'node:util';
import { type Client, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { type Check, checksTable, holds, type Rate, ratesTable } from '../proof.ts';
import { endWhenUnread } from '../worker/reporter.ts';
import {
  addDelay,
  type DelaysByDistance,
  differences,
  type Flight,
  loadFlights,
} from './flights.ts';
import {
  type GroupReading,
  PARTITIONS,
  produceFlights,
  readWithGroup,
  TOPIC,
} from './log-phase.ts';
import type { StepResult } from './progress.ts';

import {
  createQueue,
  isHopeless,
  QUEUE,
  type QueueWork,
  readDeadLetters,
  workQueue,
} from './queue-phase.ts';

interface Report {
  readonly claims: readonly Check[];
  readonly rates: readonly Rate[];
  readonly redeliveries: number;
  readonly outageSeconds: number;
}

interface Phases {
  readonly flights: readonly Flight[];
  readonly produced: StepResult;
  readonly reading: GroupReading;
  readonly work: QueueWork;
}

type Say = (line: string) => void;

async function demo(say: Say, quiet: boolean): Promise<Report> {
  const flights = await loadFlights();
  const directory = new TemporaryDirectory('millrace-demo-');
  let broker = await BrokerProcess.start({ dataDir: directory.path });
  const client = await connect({ brokers: broker.address, clientName: 'demo', logger: null });

  async function killAndRestart(): Promise<void> {
    const { port, pid } = broker;
    await broker.end('SIGKILL');
    broker = await BrokerProcess.start({ dataDir: directory.path, flags: ['--port', `${port}`] });
    say(`broker ${pid} was killed with SIGKILL; broker ${broker.pid} goes on with its data`);
  }

  try {
    say(`broker ${broker.pid} listens on ${broker.address}, data in ${directory.path}`);
    const produced = await produceFlights(client, flights, quiet);
    say(`topic "${TOPIC}" (${PARTITIONS} partitions) holds ${produced.count} flights, on the disk`);
    const reading = await readWithGroup(client, flights.length, quiet);
    say(`a consumer group of two read them: ${reading.shares.join(' and ')} records`);
    await createQueue(client);
    const work = await workQueue(client, flights.length, killAndRestart, quiet);
    say(
      `share group "${QUEUE}" is done: ${work.failures} failures, ${work.redeliveries} redeliveries`,
    );
    return await account(client, { flights, produced, reading, work });
  } finally {
    await client.close();
    await broker.end('SIGTERM');
    directory.remove();
  }
}

/** Holds what was found against what is true of the data, and against what the broker says. */
async function account(client: Client, phases: Phases): Promise<Report> {
  const { flights, produced, reading, work } = phases;
  const total = flights.length;
  const hopeless = flights.filter(isHopeless).length;
  const truth: DelaysByDistance = new Map();
  for (const flight of flights) addDelay(truth, flight);
  const wrongSums = differences(reading.delays, truth);
  const { totals } = await client.admin.counters(QUEUE);
  const dead = await readDeadLetters(client);
  const inBoth = [...dead.sources].filter((place) => work.handled.has(place)).length;
  const done = work.handled.size + dead.sources.size;
  const claims: Check[] = [
    { claim: 'records produced', expected: total, found: produced.count },
    { claim: 'distinct records read by the group', expected: total, found: reading.count },
    { claim: 'distances summed up wrong by the group', expected: 0, found: wrongSums },
    { claim: 'distinct messages handled', expected: total - hopeless, found: work.handled.size },
    {
      claim: 'acknowledged, says the broker',
      expected: total - hopeless,
      found: totals.acknowledged,
    },
    { claim: 'dead, says the broker', expected: hopeless, found: totals.dead },
    { claim: 'copies in the dead-letter topic', expected: hopeless, found: dead.copies },
    { claim: 'distinct messages copied there', expected: hopeless, found: dead.sources.size },
    { claim: 'messages both handled and dead', expected: 0, found: inBoth },
    { claim: 'messages handled or dead', expected: total, found: done },
  ];
  const rates: Rate[] = [
    { work: 'produce', ...pick(produced) },
    { work: 'read by a consumer group', ...pick(reading) },
    { work: 'work off as a queue, outage included', ...pick(work) },
  ];
  return { claims, rates, redeliveries: work.redeliveries, outageSeconds: work.outageSeconds };
}

function pick({ count, seconds }: { count: number; seconds: number }): {
  count: number;
  seconds: number;
} {
  return { count, seconds };
}

const USAGE = `Usage: npm run demo [-- --json]

Real data through the log and the queue of a broker that is killed in the middle, and a proof of every count.
Exit code 0: everything is accounted for. 1: something is not, or the demo failed. 2: wrong arguments.

  --json   print one JSON object instead of tables (npm run -s demo -- --json)
  --help   print this`;

/** Undefined, with what is wrong on standard error, where the arguments are. */
function parseArguments(): { json?: boolean; help?: boolean } | undefined {
  try {
    return parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

/** Broker and directory go with this process, where it has a last moment. */
function endWhenTold(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => process.exit(1));
}

async function main(): Promise<number> {
  endWhenTold();
  endWhenUnread();
  const given = parseArguments();
  if (given === undefined) return 2;
  if (given.help === true) {
    console.log(USAGE);
    return 0;
  }
  const asJson = given.json === true;
  const report = await demo((line) => asJson || console.log(line), asJson);
  const isProven = report.claims.every(holds);
  if (asJson) {
    console.log(JSON.stringify({ ok: isProven, ...report }));
  } else {
    console.log(`\n${checksTable(report.claims)}\n${ratesTable(report.rates)}`);
    console.log(isProven ? 'Everything is accounted for.' : 'Something is not accounted for.');
  }
  return isProven ? 0 : 1;
}

process.exitCode = await main();
