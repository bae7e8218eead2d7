// The worker as a program. Exit code 0: it was told to stop, or had what it was to have; 1: it cannot go on; 2: it was started
// wrongly. SIGTERM and SIGINT: it takes no more, finishes what it has begun, gives back the rest.

import { KnobError } from '../knobs/knob.ts';
import { parseKnobs } from '../knobs/parse-knobs.ts';
import { OutsideLedger } from '../stores/outside-ledger.ts';
import { StatusTable } from '../stores/status-table.ts';
import { openTransport } from '../transport/open-transport.ts';
import { TableBookkeeping } from './bookkeeping.ts';
import { Crashes } from './crashes.ts';
import type { EffectParts } from './effect.ts';
import { WORKER_PROGRAM, type WorkerKnobs } from './knobs.ts';
import { runLoop } from './loop.ts';
import { type Emit, endWhenUnread, reporterOf } from './reporter.ts';
import { Stopping } from './stopping.ts';

const EXIT = { stopped: 0, failed: 1, usage: 2 } as const;

async function work(knobs: WorkerKnobs): Promise<void> {
  const emit = reporterOf(knobs);
  const stopping = new Stopping(knobs);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      emit('stopping', undefined, signal);
      stopping.tell();
    });
  }
  const ledger = knobs.ledger === '' ? undefined : new OutsideLedger(knobs.ledger);
  const status = knobs.status === '' ? undefined : new StatusTable(knobs.status);
  try {
    await run({ knobs, ledger, status, crashes: new Crashes(knobs, emit), emit }, stopping, emit);
    emit('stopped');
  } finally {
    await Promise.all([ledger?.close(), status?.close()]);
  }
}

async function run(parts: EffectParts, stopping: Stopping, emit: Emit): Promise<void> {
  const { knobs, status } = parts;
  if (knobs.effects === 'ledger') {
    const { runOverLedger } = await import('./ledger-loop.ts');
    return runOverLedger(parts, stopping, () => emit('started'));
  }
  const transport = await openTransport(knobs);
  try {
    emit('started');
    await runLoop({
      work: { ...parts, send: (queue, body) => transport.send(queue, body) },
      transport,
      bookkeeping: new TableBookkeeping(knobs, status),
      stopping,
    });
  } finally {
    await transport.close();
  }
}

async function main(): Promise<number> {
  endWhenUnread();
  try {
    const parsed = parseKnobs(WORKER_PROGRAM, process.argv.slice(2), process.env);
    if (parsed.kind === 'text') process.stdout.write(parsed.text);
    else await work(parsed.knobs);
    return EXIT.stopped;
  } catch (error) {
    const isUsage = error instanceof KnobError;
    process.stderr.write(`worker: ${isUsage ? error.message : String(error)}\n`);
    return isUsage ? EXIT.usage : EXIT.failed;
  }
}

process.exitCode = await main();
