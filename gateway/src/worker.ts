// The gateway in a worker thread: opens it, answers the thread that started it, and ends when told to. Runs when imported.

import { parentPort, workerData } from 'node:worker_threads';
import { openLog, StartError } from '@millrace/options';
import { type Gateway, openGateway } from './gateway.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './worker-messages.ts';

/** The broker stands already: it is in this process. */
const WAIT_FOR_BROKER_MS = 10_000;

const { options, broker, allowAnonymous, logLevel } = workerData as WorkerSettings;

function tell(message: FromWorker): void {
  parentPort?.postMessage(message, []);
}

const { log } = openLog({
  level: logLevel,
  format: 'json',
  sink: { write: (line) => tell({ kind: 'log', line }) },
});

function open(): Promise<Gateway> {
  const { brokers, token, isEncrypted, isRequired } = broker;
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

async function run(): Promise<void> {
  let gateway: Gateway;
  try {
    gateway = await open();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return tell({ kind: 'refused', exit: error.exit, message: error.message });
  }
  parentPort?.on('message', (message: ToWorker) => {
    void answer(gateway, message);
  });
  const { address, url } = gateway;
  tell({ kind: 'listening', host: address.address, port: address.port, url });
}

async function answer(gateway: Gateway, message: ToWorker): Promise<void> {
  if (message.kind === 'metrics') {
    return tell({ kind: 'metrics', id: message.id, text: await gateway.metrics() });
  }
  if (message.kind === 'reloadTls') return gateway.reloadTls();
  await gateway.close(message.drainMs);
  tell({ kind: 'closed' });
  parentPort?.close();
}

await run();
