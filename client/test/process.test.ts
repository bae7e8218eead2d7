// A whole process: it ends by itself after close(), with nothing left and nothing unhandled, also when all goes wrong.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { clientOf, eventually, fakeBroker } from './support/eventually.ts';
import { SILENT } from './support/fake-broker.ts';
import { FakeGroup } from './support/fake-group.ts';
import { FakeLog } from './support/fake-log.ts';
import { FakeQueue } from './support/fake-queue.ts';

const SCRIPT = fileURLToPath(new URL('./support/busy-process.mjs', import.meta.url));
const isBuilt = existsSync(new URL('../dist/client.js', import.meta.url));

async function brokerWithAll() {
  const log = new FakeLog({ t: 1 });
  const queue = new FakeQueue();
  const broker = await fakeBroker({ ...queue.handlers, ...new FakeGroup(log, [0]).handlers });
  broker.handlers.DeleteTopic = () => {
    void broker.stop();
    return SILENT;
  };
  return broker;
}

describe.skipIf(!isBuilt)('a process (needs the built client)', () => {
  it.each(['everything', 'lost'])('%s: ends by itself, silently', async (scenario) => {
    const broker = await brokerWithAll();
    const args = [SCRIPT, broker.address, scenario];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
      timeout: 10_000,
    });
    expect(stderr).toBe('');
    expect(stdout).toBe('closed\n');
  });
});

describe('close', () => {
  it('leaves no timer and no socket', async () => {
    const broker = await brokerWithAll();
    const count = () =>
      process.getActiveResourcesInfo().filter((name) => /Timeout|TCPSocket|Immediate/.test(name));
    const before = count().length;
    const client = await clientOf(broker);
    const producer = client.producer({ lingerMs: 60_000 });
    const worker = client.worker({ topics: 't', group: 'g', handler: () => {} });
    const run = client.consumer({ topics: 't', group: 'g' }).run({ eachMessage: () => {} });
    void producer.send({ topic: 't', value: 1 });
    await eventually(() => broker.count('Receive') > 0 && broker.count('Fetch') > 0);
    await client.close();
    await Promise.all([run, worker.finished]);
    await broker.stop();
    await eventually(() => count().length <= before);
    expect(count().length).toBeLessThanOrEqual(before);
  });
});
