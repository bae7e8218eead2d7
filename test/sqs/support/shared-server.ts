// Before the suite and after it, in the runner's own process: the server that all its files share. With SQS_ENDPOINT none
// is started.

import type { TestProject } from 'vitest/node';
import { startServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly sqsEndpoint: string;
  }
}

/** Answers with what ends it. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const other = process.env['SQS_ENDPOINT'];
  if (other !== undefined) {
    provide('sqsEndpoint', other);
    return async () => {};
  }
  const server = await startServer();
  provide('sqsEndpoint', server.endpoint);
  return () => server.stop();
}
