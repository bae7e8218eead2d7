// What the harness starts is what its caller says, whatever the environment says of another server.
import { join } from 'node:path';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => vi.unstubAllEnvs());

test('options in the environment do not reach it', { timeout: 60_000 }, async () => {
  vi.stubEnv('MILLRACE_SYNC', 'no such choice');
  vi.stubEnv('MILLRACE_AUTHENTICATION', 'required');
  const directory = new TemporaryDirectory('millrace-harness-');
  try {
    const broker = await BrokerProcess.start({ dataDir: join(directory.path, 'data') });
    expect(await broker.end('SIGTERM')).toEqual({ code: 0, signal: null });
  } finally {
    directory.remove();
  }
});
