// The demo: a broker on a temporary directory, real data through the log and through the queue, a kill -9 in the
// middle, and a proof that every record and message is accounted for. Exit code 1 where one is not.

import { connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { addDelay, type DelaysByDistance, differences, loadFlights } from './flights.ts';
import { PARTITIONS, produceFlights, readWithGroup, TOPIC } from './log-phase.ts';
import { type Claim, claimsTable, holds, type Rate, ratesTable } from './proof.ts';
import { createQueue, isHopeless, QUEUE, readDeadLetters, workQueue } from './queue-phase.ts';

interface Report {
  readonly claims: readonly Claim[];
  readonly rates: readonly Rate[];
  readonly redeliveries: number;
  readonly outageSeconds: number;
}

async function demo(say: (line: string) => void, quiet: boolean): Promise<Report> {
  const flights = await loadFlights();
  const total = flights.length;
  const truth: DelaysByDistance = new Map();
  for (const flight of flights) addDelay(truth, flight);
  const hopeless = flights.filter(isHopeless).length;

  const directory = new TemporaryDirectory('millrace-demo-');
  let broker = await BrokerProcess.start({ dataDir: directory.path });
  const client = await connect({ brokers: broker.address, clientName: 'demo', logger: null });
  try {
    say(`broker ${broker.pid} listens on ${broker.address}, data in ${directory.path}`);
    const produced = await produceFlights(client, flights, quiet);
    say(
      `${produced.count} flights are in topic "${TOPIC}" (${PARTITIONS} partitions), each flushed to the disk`,
    );

    const reading = await readWithGroup(client, total, quiet);
    say(`a consumer group of two read them: ${reading.shares.join(' and ')} records`);

    await createQueue(client);
    const work = await workQueue(client, total, killAndRestart, quiet);
    say(
      `share group "${QUEUE}" is done; ${work.redeliveries} redeliveries, ${work.retriesAsked} failures of the handler`,
    );

    const { totals } = await client.admin.counters(QUEUE);
    const dead = await readDeadLetters(client);
    const inBoth = [...dead.sources].filter((place) => work.handled.has(place)).length;
    const claims: Claim[] = [
      { claim: 'records produced', expected: total, found: produced.count },
      {
        claim: 'distinct records read by the consumer group',
        expected: total,
        found: reading.count,
      },
      {
        claim: 'distances whose flights or delay are summed up wrong',
        expected: 0,
        found: differences(reading.delays, truth),
      },
      {
        claim: 'messages handled (distinct offsets)',
        expected: total - hopeless,
        found: work.handled.size,
      },
      {
        claim: 'messages acknowledged, by the broker',
        expected: total - hopeless,
        found: totals.acknowledged,
      },
      { claim: 'messages dead, by the broker', expected: hopeless, found: totals.dead },
      { claim: 'copies in the dead-letter topic', expected: hopeless, found: dead.copies },
      {
        claim: 'distinct messages in the dead-letter topic',
        expected: hopeless,
        found: dead.sources.size,
      },
      { claim: 'messages both handled and dead', expected: 0, found: inBoth },
      {
        claim: 'handled or dead, of all messages',
        expected: total,
        found: work.handled.size + dead.sources.size,
      },
    ];
    const rates: Rate[] = [
      { work: 'produce', ...pick(produced) },
      { work: 'read by a consumer group', ...pick(reading) },
      { work: 'work off as a queue, outage included', ...pick(work) },
    ];
    return { claims, rates, redeliveries: work.redeliveries, outageSeconds: work.outageSeconds };
  } finally {
    await client.close();
    await broker.end('SIGTERM');
    directory.remove();
  }

  async function killAndRestart(): Promise<void> {
    const { port, pid } = broker;
    await broker.end('SIGKILL');
    broker = await BrokerProcess.start({ dataDir: directory.path, flags: ['--port', `${port}`] });
    say(
      `broker ${pid} was killed with SIGKILL in the middle; broker ${broker.pid} goes on with its data`,
    );
  }
}

function pick({ count, seconds }: { count: number; seconds: number }): {
  count: number;
  seconds: number;
} {
  return { count, seconds };
}

async function main(): Promise<void> {
  const asJson = process.argv.includes('--json');
  const report = await demo((line) => asJson || console.log(line), asJson);
  const isProven = report.claims.every(holds);
  if (asJson) {
    console.log(JSON.stringify({ ok: isProven, ...report }));
  } else {
    console.log(`\n${claimsTable(report.claims)}\n${ratesTable(report.rates)}`);
    console.log(isProven ? 'Everything is accounted for.' : 'Something is not accounted for.');
  }
  process.exitCode = isProven ? 0 : 1;
}

await main();
