// The gateway in a worker thread: opens it when told to, answers the thread that started it, and ends when told to. Runs
// when imported.

import { parentPort, workerData } from 'node:worker_threads';
import { openLog, StartError } from '@millrace/options';
import { type Gateway, openGateway } from './gateway.ts';
import { type GatewayTracing, openGatewayTracing } from './tracing/gateway-tracing.ts';
import type { FromWorker, OwnBroker, ToWorker, WorkerSettings } from './worker-messages.ts';

/** The broker is in this process, but after a start its clients may all come at once: it answers when it gets to it. */
const WAIT_FOR_BROKER_MS = 600_000;

const { options, allowAnonymous, logLevel, otlpEndpoint } = workerData as WorkerSettings;

function tell(message: FromWorker): void {
  parentPort?.postMessage(message, []);
}

const { log } = openLog({
  level: logLevel,
  format: 'json',
  sink: { write: (line) => tell({ kind: 'log', line }) },
});

/** Of the time that running requests get. */
const TRACING_SHARE = 0.2;

/** Aborted when it is told to end. */
const ending = new AbortController();

let tracing: GatewayTracing | undefined;

async function open({ brokers, token, isEncrypted, isRequired }: OwnBroker): Promise<Gateway> {
  tracing = await openGatewayTracing({ otlpEndpoint, log });
  return openGateway({
    tracing,
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
    signal: ending.signal,
    log,
  });
}

/** Undefined: it cannot start, which has been told, or need not any more. */
async function run(broker: OwnBroker): Promise<Gateway | undefined> {
  try {
    const gateway = await open(broker);
    const { address, url } = gateway;
    tell({ kind: 'listening', host: address.address, port: address.port, url });
    return gateway;
  } catch (error) {
    if (ending.signal.aborted) return undefined;
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
  await gateway?.close(message.drainMs * (1 - TRACING_SHARE));
  await tracing?.close(message.drainMs * TRACING_SHARE);
  tell({ kind: 'closed' });
  parentPort?.close();
}

let running: Promise<Gateway | undefined> = Promise.resolve(undefined);
parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'close') ending.abort();
  if (message.kind === 'open') running = run(message.broker);
  else void running.then((gateway) => answer(gateway, message));
});
