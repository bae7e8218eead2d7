// The API that tells how the broker itself is: DescribeBroker.

import { LIMITS } from '../limits.ts';
import { api, array, bool, float, int, nullable, string, struct } from '../schema.ts';

const MOST = 1e15;
const perSecond = (about: string) => float(about, { min: 0, max: MOST });
const ms = (about: string) => nullable(float(about, { min: 0, max: MOST }));

const storage = struct('The disk, and the commits to it.', {
  fileBytes: int('Bytes of the data file, its journal included.'),
  journalBytes: int('Bytes of the journal alone.'),
  freeBytes: int('Bytes that can still be written.'),
  reserveBytes: int('Producing stops when less than this can still be written.'),
  full: bool('Producing has stopped.'),
  commitsPerSecond: nullable(perSecond('Over the last minute; absent at first.')),
  commitP50Ms: ms('Half of the commits of the last minute took no longer, ms; absent: none.'),
  commitP99Ms: ms('All but 1 of 100 took no longer, ms; absent: there was none.'),
  commitsAborted: int('Since the start: nothing of them was applied.'),
  quarantinedBatches: int('Damaged batches that were set aside and are still there.'),
});

const processOf = struct('The process.', {
  pid: int('Its number on its host.'),
  rssBytes: int('Memory of the process.'),
  heapUsedBytes: int('Heap in use.'),
  heapLimitBytes: int('The most that the heap may become.'),
  eventLoopP99Ms: ms('How late a timer of 100 ms came, all but 1 of 100, over the last minute.'),
  eventLoopMaxMs: ms('How late it came at most, over the last minute.'),
  eventLoopHeldUp: int('How often since the start it came later than --event-loop-warning.'),
  cpuShare: nullable(
    float('Seconds of processors used a second, over the last minute; 1: one of them.', {
      min: 0,
      max: MOST,
    }),
  ),
});

const rates = struct('A second, over the last minute.', {
  overMs: int('The time they were counted over, ms: shorter after a start.'),
  recordsAppended: perSecond('Records that producers appended.'),
  bytesAppended: perSecond('Bytes of their batches.'),
  recordsFetched: perSecond('Records of batches that were fetched.'),
  bytesFetched: perSecond('Bytes of these batches.'),
  messagesLeased: perSecond('Messages given to members of share groups, every delivery counted.'),
  messagesAcknowledged: perSecond('Messages that members finished.'),
  messagesDeadLettered: perSecond('Messages copied to dead-letter topics.'),
  requests: perSecond('Requests answered.'),
});

export const describeBroker = api({
  key: 7,
  name: 'DescribeBroker',
  about: 'How the broker is: readiness, storage, process, rates and the options in force.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {},
  response: {
    brokerId: int('Broker number.'),
    version: string('Version of the broker.', LIMITS.clientNameBytesMax),
    nodeVersion: string('Version of Node.js.', LIMITS.clientNameBytesMax),
    instanceId: string('Names this data directory; it never changes.', 64),
    startedAtMs: int('When the process began to serve, ms since 1970.'),
    nowMs: int("The broker's clock, ms since 1970."),
    ready: bool('Requests should be sent here, as /readyz says.'),
    reasons: array(
      'Why not.',
      struct('A reason.', {
        code: string('In one word.', 64),
        text: string('For people.', LIMITS.errorTextBytesMax),
      }),
      100,
    ),
    connections: int('Open connections.'),
    requestsInFlight: int('Requests whose reply is not ready, long polls included.'),
    topics: int('Topics.'),
    partitions: int('Partitions of all topics.'),
    consumerGroups: int('Consumer groups.'),
    shareGroups: int('Share groups.'),
    storage,
    process: processOf,
    rates: nullable(rates),
    options: array(
      'The options in force, by flag.',
      struct('An option.', {
        name: string('Its flag.', 128),
        value: string('Its value, as a person would write it.', 4_096),
        isDefault: bool('It is what the option is unless it is set.'),
      }),
      1_000,
    ),
  },
  errors: [],
});
