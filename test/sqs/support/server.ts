// The server under test: the real `millrace`, broker and gateway, or whatever SQS_ENDPOINT names, so that the suite can
// be held against another implementation. It knows nothing of the API.

import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';

export interface Server {
  /** `http://127.0.0.1:1234`. */
  readonly endpoint: string;
}

export interface OwnServer extends Server {
  stop(): Promise<void>;
}

/** Variable that has its address. */
export const SHARED_ENDPOINT = 'MILLRACE_TEST_SQS_ENDPOINT';

/** The one that all files of the suite share: their queues need names of their own. */
export function sharedServer(): Server {
  const endpoint = process.env[SHARED_ENDPOINT];
  if (endpoint === undefined)
    throw new Error('the suite has no server: it is started by its project');
  return { endpoint };
}

/** One with options of its own. */
export async function startServer(...flags: string[]): Promise<OwnServer> {
  const directory = new TemporaryDirectory('millrace-sqs-');
  const millrace = await MillraceProcess.launch({ dataDir: directory.path, flags });
  return {
    endpoint: millrace.httpUrl,
    async stop() {
      await millrace.end('SIGTERM');
      directory.remove();
    },
  };
}
