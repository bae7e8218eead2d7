// What the disk refuses to a running broker, below LMDB and the journal: each fault ends in typed errors and service again, or in the
// exit that is documented for it; nothing that was acknowledged is lost, and the next start goes on.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultSwitch, HAS_LAYER, type InjectedFault, layerWrapper } from '../layer/fault-layer.ts';
import { IS_WHOLE, Keeper, TOPIC } from './keeper.ts';

const ENDINGS = [{ code: 74, signal: null }];
/** Where LMDB's message about the refused write damaged memory, glibc may end the process first (docs/adr/0244-*.md). */
const ABORTED = { code: null, signal: 'SIGABRT' };
const TEST_MS = 120_000;

describe.skipIf(!HAS_LAYER)('a fault of the disk under a broker (needs gcc on Linux)', () => {
  const keeper = new Keeper();
  let root: TemporaryDirectory;
  let faults: FaultSwitch;
  let broker: BrokerProcess;

  async function start(): Promise<BrokerProcess> {
    const dataDir = join(root.path, 'data');
    const wrapper = layerWrapper({ directory: dataDir, faults });
    return BrokerProcess.start({ dataDir, wrapper, flags: ['--storage-reserve', '0'] });
  }

  beforeAll(async () => {
    root = new TemporaryDirectory('millrace-io-');
    mkdirSync(join(root.path, 'data'));
    faults = new FaultSwitch(join(root.path, 'faults'));
    broker = await start();
    const client = await keeper.connect(broker.address);
    await client.admin.createTopic({ name: TOPIC, partitions: 1 });
    await client.close();
  }, TEST_MS);

  afterAll(async () => {
    await broker.end('SIGKILL');
    root.remove();
  });

  const passing: [string, InjectedFault][] = [
    [
      'a full disk under the journal',
      { call: 'write', error: 'ENOSPC', file: 'journal', times: 1 },
    ],
    ['a quota that is used up', { call: 'write', error: 'EDQUOT', file: 'journal', times: 1 }],
    [
      'a write to the journal that is cut short',
      { call: 'write', error: 'short', file: 'journal', times: 1 },
    ],
  ];
  it.each(IS_WHOLE ? passing : passing.slice(0, 1))(
    '%s: refused by name, and served again [D-13]',
    async (_, fault) => {
      const before = faults.failed;
      keeper.errors.clear();
      faults.inject(fault);
      // Until it was met: the data file takes commits some time later.
      await expect
        .poll(
          async () => {
            await keeper.send(broker.address, 20);
            return faults.failed;
          },
          { timeout: 30_000, interval: 50 },
        )
        .toBeGreaterThan(before);
      expect(['STORAGE_FULL', 'OUTCOME_UNKNOWN', 'DEADLINE_EXCEEDED']).toEqual(
        expect.arrayContaining([...keeper.errors]),
      );
      faults.clear();
      await keeper.untilServed(broker.address);
      expect(await keeper.missing(broker.address)).toEqual([]);
    },
    TEST_MS,
  );

  const ending: [string, InjectedFault][] = [
    ['an I/O error under the journal', { call: 'write', error: 'EIO', file: 'journal' }],
    [
      'a journal on a file system that became read-only',
      { call: 'write', error: 'EROFS', file: 'journal' },
    ],
    ['a flush of the data file that fails', { call: 'sync', error: 'EIO', file: 'data' }],
    ['an I/O error under the data file', { call: 'write', error: 'EIO', file: 'data', times: -1 }],
    ['a data file that meets its quota', { call: 'write', error: 'EDQUOT', file: 'data' }],
    [
      'a disk that another process filled under the data file',
      { call: 'write', error: 'ENOSPC', file: 'data' },
    ],
  ];
  it.each(IS_WHOLE ? ending : ending.slice(0, 1))(
    '%s: exit code 74, and all is there at the next start [D-9]',
    async (_, fault) => {
      const isRefusedToLmdb = fault.call === 'write' && fault.file === 'data';
      faults.inject(fault);
      const sending = async () => {
        for (;;) await keeper.send(broker.address, 20);
      };
      const isOver = broker.exited;
      await Promise.race([isOver, sending().catch(() => undefined)]);
      const endings = isRefusedToLmdb ? [...ENDINGS, ABORTED] : ENDINGS;
      expect(endings).toContainEqual(await isOver);
      faults.clear();
      broker = await start();
      await keeper.untilServed(broker.address);
      expect(await keeper.missing(broker.address)).toEqual([]);
    },
    TEST_MS,
  );

  it(
    'a wall clock set forwards and back: time goes on, and what is delayed comes [I9]',
    async () => {
      const client = await keeper.connect(broker.address);
      await client.admin.createTopic({ name: 'delayed', partitions: 1 });
      await client.admin.createShareGroup({ group: 'delayed', topics: ['delayed'] });
      const producer = client.producer();
      const queue = client.queue('delayed');
      const DAY_MS = 86_400_000;
      await producer.send({ topic: 'delayed', value: 'tomorrow', delayMs: DAY_MS });
      faults.setClock(2 * DAY_MS);
      const [tomorrow] = await queue.receive({
        topics: 'delayed',
        maxMessages: 1,
        maxWaitMs: 20_000,
      });
      expect(tomorrow?.value).toBe('tomorrow');
      await tomorrow?.accept();
      // Back to where it was, and a day behind that.
      faults.setClock(-DAY_MS);
      const sent = await producer.send({ topic: 'delayed', value: 'soon', delayMs: 100 });
      const [soon] = await queue.receive({ topics: 'delayed', maxMessages: 1, maxWaitMs: 20_000 });
      expect([soon?.value, soon?.offset]).toEqual(['soon', sent.offset]);
      expect(soon?.firstDeliveredAtMs).toBeGreaterThan(tomorrow?.firstDeliveredAtMs ?? Infinity);
      await soon?.accept();
      await client.close();
      await broker.end('SIGKILL');
      broker = await start();
      faults.setClock(0);
      await keeper.untilServed(broker.address);
      expect(await keeper.missing(broker.address)).toEqual([]);
    },
    TEST_MS,
  );
});
