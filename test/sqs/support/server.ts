// The server under test: the real `millrace`, broker and gateway, or whatever SQS_ENDPOINT names, so that the suite can
// be held against another implementation. It knows nothing of the API.

import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';

/** The address of another server that is asked instead: the suite starts none then. */
const OTHER = process.env['SQS_ENDPOINT'];

export interface Server {
  /** `http://127.0.0.1:1234`. */
  readonly endpoint: string;
  /** Of the broker, for clients of its own protocol. */
  readonly broker: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startServer(...flags: string[]): Promise<Server> {
  if (OTHER !== undefined) return { endpoint: OTHER, broker: '', pid: -1, stop: async () => {} };
  const directory = new TemporaryDirectory('millrace-sqs-');
  const millrace = await MillraceProcess.launch({ dataDir: directory.path, flags });
  return {
    endpoint: millrace.httpUrl,
    broker: millrace.address,
    pid: millrace.pid,
    async stop() {
      await millrace.end('SIGTERM');
      directory.remove();
    },
  };
}
