// The gateway in a worker thread: opens it when told to, answers the thread that started it, and ends when told to. Runs
// when imported.

import { parentPort, workerData } from 'node:worker_threads';
import { openLog, StartError } from '@millrace/options';
import { type Gateway, openGateway } from './gateway.ts';
import type { FromWorker, OwnBroker, ToWorker, WorkerSettings } from './worker-messages.ts';

/** The broker stands already: it is in this process. */
const WAIT_FOR_BROKER_MS = 10_000;

const { options, allowAnonymous, logLevel } = workerData as WorkerSettings;

function tell(message: FromWorker): void {
  parentPort?.postMessage(message, []);
}

const { log } = openLog({
  level: logLevel,
  format: 'json',
  sink: { write: (line) => tell({ kind: 'log', line }) },
});

function open({ brokers, token, isEncrypted, isRequired }: OwnBroker): Promise<Gateway> {
  return openGateway({
    options,
    broker: {
      brokers,
      isRequired,
      // The port is this process's own: nobody else can answer there, whatever names its certificate bears.
      ...(isEncrypted ? { tls: { rejectUnauthorized: false } } : {}),
      ...(token === undefined ? {} : { auth: { token } }),
    },
    allowAnonymous,
    waitForBrokerMs: WAIT_FOR_BROKER_MS,
    log,
  });
}

/** Undefined: it cannot start, which has been told. */
async function run(broker: OwnBroker): Promise<Gateway | undefined> {
  try {
    const gateway = await open(broker);
    const { address, url } = gateway;
    tell({ kind: 'listening', host: address.address, port: address.port, url });
    return gateway;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    tell({ kind: 'refused', exit: error.exit, message: error.message });
    parentPort?.close();
    return undefined;
  }
}

async function answer(gateway: Gateway | undefined, message: ToWorker): Promise<void> {
  if (message.kind === 'metrics') {
    return tell({ kind: 'metrics', id: message.id, text: (await gateway?.metrics()) ?? '' });
  }
  if (message.kind === 'reloadTls') return gateway?.reloadTls();
  if (message.kind !== 'close') return;
  await gateway?.close(message.drainMs);
  tell({ kind: 'closed' });
  parentPort?.close();
}

let running: Promise<Gateway | undefined> = Promise.resolve(undefined);
parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'open') running = run(message.broker);
  else void running.then((gateway) => answer(gateway, message));
});
