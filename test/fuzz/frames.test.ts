// A real broker, and connections that send it requests made from the API tables, damaged ones, and bytes that are none.
// Each connection is answered or ended with a typed error; no reply is a fault of the broker's own; another connection
// notices nothing; heap and event loop of the broker stay within bounds.

import { BrokerProcess, type Random, TemporaryDirectory } from '@millrace/harness';
import { APIS } from '@millrace/protocol';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BrokerWatch } from './support/broker-watch.ts';
import { converse, frameOf, HELLO_FRAME, isAnswered } from './support/conversation.ts';
import { damagedBytes, noise } from './support/damage.ts';
import { fuzzTests, type Target } from './support/fuzz.ts';
import { ODD_VALUES, pack } from './support/pack.ts';
import { API_NAMES, fieldValues, NAMES } from './support/wire-values.ts';

vi.setConfig({ hookTimeout: 90_000 });

const INPUTS = 80;
const REQUESTS_MAX = 8;
const HEAP_RISE_BYTES_MAX = 96 * 2 ** 20;
/** Longer than any one of these inputs has work for, however busy the machine. */
const LOOP_DELAY_SECONDS_MAX = 5;

let directory: TemporaryDirectory;
let broker: BrokerProcess;
let watch: BrokerWatch;

beforeAll(async () => {
  directory = new TemporaryDirectory('millrace-fuzz-');
  broker = await BrokerProcess.start({
    dataDir: directory.path,
    flags: ['--auto-create-topics', '--auto-create-share-groups', '--hello-timeout', '1s'],
  });
  watch = await BrokerWatch.start(broker, NAMES);
});

afterAll(async () => {
  await watch.close();
  await broker.end('SIGTERM');
  directory.remove();
});

const frames: Target = {
  name: 'frames',
  make(random) {
    const requests = Array.from({ length: random.between(1, REQUESTS_MAX) }, (_, at) =>
      frame(random, at + 1),
    );
    const greeting = random.chance(0.95) ? [HELLO_FRAME] : [];
    const bytes = Buffer.concat([...greeting, ...requests]);
    return random.chance(0.1) ? damagedBytes(random, bytes) : bytes;
  },
  async faultOf(input) {
    const { replies, isEnded } = await converse(broker.port, input);
    const own = replies.find(({ error }) => error === 'INTERNAL');
    if (own !== undefined) return `INTERNAL for request ${own.correlationId}`;
    if (!isEnded && !isAnswered(replies)) return 'neither answered nor ended';
    return watch.fault();
  },
};

function frame(random: Random, correlationId: number): Uint8Array {
  const api = random.pick(API_NAMES);
  const head = random.chance(0.97)
    ? [APIS[api].key, 1, correlationId]
    : [random.between(0, 300), random.between(0, 3), correlationId];
  const payload = pack([...head, ...fieldValues(random, APIS[api].request)]);
  const kind = random.between(0, 19);
  if (kind === 0) return frameOf(damagedBytes(random, payload));
  if (kind === 1) return frameOf(pack(random.pick(ODD_VALUES)));
  if (kind === 2) return noise(random);
  return frameOf(payload);
}

fuzzTests(frames, INPUTS);

describe('after all that', () => {
  test('the heap of the broker is as large as it was, and its event loop was not held up; it ends in order', async () => {
    const { heapRiseBytes, loopDelaySecondsMax } = await watch.measured();
    expect(heapRiseBytes).toBeLessThan(HEAP_RISE_BYTES_MAX);
    expect(loopDelaySecondsMax).toBeLessThan(LOOP_DELAY_SECONDS_MAX);
    expect((await broker.end('SIGTERM')).code).toBe(0);
  });
});
