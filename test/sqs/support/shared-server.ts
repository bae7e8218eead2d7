// Before the suite and after it, in the runner's own process: the server that all its files share. With SQS_ENDPOINT none
// is started.

import { SHARED_ENDPOINT, startServer } from './server.ts';

/** Answers with what ends it. The processes of the tests are started later, with this environment. */
export async function setup(): Promise<() => Promise<void>> {
  const other = process.env['SQS_ENDPOINT'];
  if (other !== undefined) {
    process.env[SHARED_ENDPOINT] = other;
    return async () => {};
  }
  const server = await startServer();
  process.env[SHARED_ENDPOINT] = server.endpoint;
  return () => server.stop();
}
