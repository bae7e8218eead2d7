// Requests that meet problems of one operation alone.

import type { Values } from './document.ts';
import type { Ask, RestBench } from './rest-bench.ts';
import { cleanup } from './stage.ts';

/** Makes the request, after what it needs. */
export type Refusal = (bench: RestBench, values: Values) => Ask | Promise<Ask>;

const post = (url: string, body: unknown): Refusal => {
  return () => ({ method: 'POST', url, body });
};
const patch = (url: string, body: unknown): Refusal => {
  return () => ({ method: 'PATCH', url, body });
};
const get = (url: string): Refusal => {
  return () => ({ url });
};
const after =
  (before: (bench: RestBench) => Promise<unknown>, refusal: Refusal): Refusal =>
  async (bench, values) => {
    await before(bench);
    return refusal(bench, values);
  };

async function keyedTopic(bench: RestBench): Promise<void> {
  await bench.post('/topics', { name: 'table', config: { cleanupPolicy: 'compact' } });
}
async function smallMails(bench: RestBench): Promise<void> {
  const { admin } = bench.open.session.client;
  await admin.alterTopic({ name: 'mails', config: { messageBytesMax: 1_024 } });
}
async function smallTopic(bench: RestBench): Promise<void> {
  const { admin } = bench.open.session.client;
  await admin.alterTopic({ name: 'user-events', config: { messageBytesMax: 1_024 } });
}
/** A consumer group with a member, for as long as the bench stands or its session lasts. */
async function member(bench: RestBench, group: string): Promise<void> {
  await bench.open.session.client.request('GroupHeartbeat', {
    group,
    memberId: 'm1',
    memberEpoch: 0,
    topics: ['user-events'],
    sessionTimeoutMs: 1_000,
  });
}
async function topicsForLetters(bench: RestBench): Promise<void> {
  await bench.post('/topics', { name: 'letters', config: { deadLettersFrom: 'none' } });
  await bench.post('/topics', { name: 'other' });
}

const SCHEDULE = { everyMs: 60_000, payload: 1 };
const made = (topic: string, more: object = {}): Refusal =>
  post('/schedules', { name: 'new', topic, ...SCHEDULE, ...more });
const replaced = (topic: string, more: object = {}): Refusal => {
  return () => ({ method: 'PUT', url: '/schedules/new', body: { topic, ...SCHEDULE, ...more } });
};

const corrected = (body: object): Refusal => {
  return (_, { id }) => ({ method: 'POST', url: `/queues/mailers/messages/${id}/replace`, body });
};

const MANY_WORDS = { a: 'x'.repeat(30_000), b: 'x'.repeat(30_000), c: 'x'.repeat(30_000) };
const LARGE = 'x'.repeat(2_000);
const UNKNOWN_ID = '0000ffff-0000-8000-8000-000000000000';
const KEYS_AND_TENANTS = { ordering: 'key', fairness: 'tenant' };
const SHARE = { group: 'new', topics: ['user-events'] };
const EVENTS = '/topics/user-events';

/** Operation, then code. */
export const TOLD: { readonly [id: string]: { readonly [code: string]: Refusal } } = {
  createTopic: {
    INVALID_NAME: post('/topics', { name: 'no name' }),
    INVALID_CONFIG: post('/topics', { name: 'new', config: { segmentBytes: 1 } }),
    TOPIC_EXISTS: post('/topics', { name: 'user-events' }),
    LIMIT_EXCEEDED: post('/topics', {
      name: 'new',
      annotations: MANY_WORDS,
    }),
  },
  alterTopic: {
    INVALID_CONFIG: patch(EVENTS, { config: { segmentBytes: 1 } }),
    LIMIT_EXCEEDED: patch(EVENTS, {
      annotations: MANY_WORDS,
    }),
    ANNOTATIONS_CHANGED: patch(EVENTS, {
      annotations: { a: '2' },
      expectedAnnotations: { a: '1' },
    }),
  },
  deleteTopic: {
    TOPIC_IN_USE: after(
      async (bench) => {
        await bench.post('/topics', { name: 'other' });
        const body = { ...SHARE, topics: ['other'], deadLetterTopic: 'user-events' };
        await bench.post('/groups', body);
      },
      () => ({ method: 'DELETE', url: EVENTS }),
    ),
  },
  deleteRecords: {
    UNKNOWN_PARTITION: post(`${EVENTS}/delete-records`, {
      partitions: [{ partition: 9, beforeOffset: 'end' }],
    }),
    OFFSET_OUT_OF_RANGE: post(`${EVENTS}/delete-records`, {
      partitions: [{ partition: 0, beforeOffset: 99 }],
    }),
  },
  produce: {
    UNKNOWN_TOPIC: post('/produce', { topic: 'nothing', payload: 1 }),
    UNKNOWN_PARTITION: post('/produce', { topic: 'user-events', payload: 1, partition: 9 }),
    MESSAGE_TOO_LARGE: after(
      smallTopic,
      post('/produce', { topic: 'user-events', payload: LARGE }),
    ),
    KEY_REQUIRED: after(keyedTopic, post('/produce', { topic: 'table', payload: 1 })),
  },
  produceBatch: {
    UNKNOWN_PARTITION: () => ({
      method: 'POST',
      url: `${EVENTS}/records?partition=9`,
      body: 'raw',
      headers: { 'content-type': 'text/plain' },
    }),
    MESSAGE_TOO_LARGE: after(smallTopic, () => ({
      method: 'POST',
      url: `${EVENTS}/records`,
      body: LARGE,
      headers: { 'content-type': 'text/plain' },
    })),
    KEY_REQUIRED: after(keyedTopic, () => ({
      method: 'POST',
      url: '/topics/table/records',
      body: 'raw',
      headers: { 'content-type': 'text/plain' },
    })),
  },
  readLog: {
    UNKNOWN_PARTITION: get(`${EVENTS}/records?partition=9`),
    OFFSET_OUT_OF_RANGE: get(`${EVENTS}/records?offset=99`),
    NOT_ACCEPTABLE: () => ({ url: `${EVENTS}/records`, headers: { accept: 'text/html' } }),
  },
  consume: {
    INVALID_NAME: get('/consume?topic=user-events&group=no%20name'),
    TOPIC_NOT_IN_GROUP: get('/consume?topic=mails&group=mailers'),
    FORBIDDEN_ORIGIN: () => ({
      url: '/consume?topic=user-events&group=mailers',
      headers: { 'sec-purpose': 'prefetch' },
    }),
    TOO_MANY_IN_FLIGHT: after(async (bench) => {
      await bench.post('/groups', { ...SHARE, config: { maxInFlight: 1 } });
      await bench.get('/consume?topic=user-events&group=new&max=1');
    }, get('/consume?topic=user-events&group=new&max=1')),
  },
  createShareGroup: {
    INVALID_NAME: post('/groups', { ...SHARE, group: 'no name' }),
    GROUP_EXISTS: post('/groups', { ...SHARE, group: 'mailers' }),
    UNKNOWN_TOPIC: post('/groups', { ...SHARE, topics: ['nothing'] }),
    INVALID_CONFIG: post('/groups', { ...SHARE, config: { ordering: 'key', fairness: 'tenant' } }),
    DLQ_LOOP: post('/groups', { ...SHARE, deadLetterTopic: 'user-events' }),
    DLQ_NOT_ALLOWED: after(
      topicsForLetters,
      post('/groups', { ...SHARE, deadLetterTopic: 'letters' }),
    ),
  },
  alterShareGroup: {
    UNKNOWN_TOPIC: patch('/groups/mailers', { addTopics: ['nothing'] }),
    INVALID_CONFIG: patch('/groups/mailers', { config: { ordering: 'key', fairness: 'tenant' } }),
    DLQ_LOOP: patch('/groups/mailers', { deadLetterTopic: 'user-events' }),
    DLQ_NOT_ALLOWED: after(
      topicsForLetters,
      patch('/groups/mailers', { deadLetterTopic: 'letters' }),
    ),
  },
  deleteGroup: {
    GROUP_NOT_EMPTY: after(
      (bench) => member(bench, 'busy'),
      () => ({ method: 'DELETE', url: '/groups/busy' }),
    ),
  },
  resetGroup: {
    INVALID_NAME: post('/groups/no%20name/reset', { to: 'earliest', topics: ['user-events'] }),
    UNKNOWN_TOPIC: post('/groups/audit/reset', { to: 'earliest', topics: ['nothing'] }),
    UNKNOWN_PARTITION: post('/groups/audit/reset', {
      to: 'earliest',
      partitions: [{ topic: 'user-events', partition: 9 }],
    }),
    GROUP_KIND_MISMATCH: post('/groups/mailers/reset', {
      to: 'earliest',
      topics: ['user-events'],
    }),
    GROUP_NOT_EMPTY: after(
      (bench) => member(bench, 'busy'),
      post('/groups/busy/reset', { to: 'earliest', topics: ['user-events'] }),
    ),
  },
  createQueue: {
    INVALID_NAME: post('/queues', { name: 'no name' }),
    INVALID_CONFIG: post('/queues', { name: 'new', settings: KEYS_AND_TENANTS }),
    GROUP_EXISTS: post('/queues', { name: 'mailers' }),
    DLQ_LOOP: post('/queues', { name: 'new', settings: { deadLetterTopic: 'new' } }),
    DLQ_NOT_ALLOWED: after(
      topicsForLetters,
      post('/queues', { name: 'newer', settings: { deadLetterTopic: 'letters' } }),
    ),
  },
  deleteQueue: {
    TOPIC_IN_USE: after(
      (bench) => bench.post('/groups', { ...SHARE, deadLetterTopic: 'mails' }),
      () => ({ method: 'DELETE', url: '/queues/mails' }),
    ),
  },
  enqueue: {
    UNKNOWN_PARTITION: post('/queues/mailers/messages', { payload: 1, partition: 9 }),
    MESSAGE_TOO_LARGE: after(smallTopic, post('/queues/mailers/messages', { payload: LARGE })),
  },
  listQueuedMessages: { UNKNOWN_PARTITION: get('/queues/mailers/messages?partition=9') },
  groupDeadLetters: { UNKNOWN_TOPIC: get('/queues/nothing/dead-letters') },
  listDeadLetters: { UNKNOWN_TOPIC: get('/queues/nothing/dead-letters/messages') },
  createSchedule: {
    UNKNOWN_TOPIC: made('nothing'),
    KEY_REQUIRED: after(keyedTopic, made('table')),
    MESSAGE_TOO_LARGE: after(smallTopic, made('user-events', { payload: LARGE })),
    SCHEDULE_EXISTS: after(cleanup, made('user-events', { name: 'cleanup' })),
  },
  replaceSchedule: {
    UNKNOWN_TOPIC: replaced('nothing'),
    KEY_REQUIRED: after(keyedTopic, replaced('table')),
    MESSAGE_TOO_LARGE: after(smallTopic, replaced('user-events', { payload: LARGE })),
  },
  replaceMessage: {
    UNKNOWN_TOPIC: corrected({ topic: 'nothing' }),
    UNKNOWN_PARTITION: corrected({ partition: 9 }),
    KEY_REQUIRED: after(keyedTopic, corrected({ topic: 'table' })),
    MESSAGE_TOO_LARGE: after(smallTopic, corrected({ payload: LARGE })),
  },
  searchTopic: { UNKNOWN_PARTITION: get(`${EVENTS}/search?partition=9`) },
  receive: {
    TOO_MANY_IN_FLIGHT: after(
      async (bench) => {
        await bench.post('/groups', { ...SHARE, config: { maxInFlight: 1 } });
        await bench.post('/queues/new/receive', { max: 1 });
      },
      post('/queues/new/receive', { max: 1 }),
    ),
  },
  purgeQueue: {
    PURGE_PENDING: after(
      (bench) => bench.post('/queues/mailers/purge', { undoMs: 60_000 }),
      post('/queues/mailers/purge', {}),
    ),
  },
  undoPurge: { NOTHING_TO_UNDO: post('/queues/mailers/purge/undo', undefined) },
  redriveQueue: {
    UNKNOWN_TOPIC: post('/queues/mailers/redrive', { to: 'nothing' }),
  },
  enqueueJob: {
    GROUP_KIND_MISMATCH: post('/jobs', { queue: 'audit', payload: 1 }),
    INVALID_NAME: post('/jobs', { queue: 'no name', payload: 1 }),
    MESSAGE_TOO_LARGE: after(smallMails, post('/jobs', { queue: 'mails', payload: LARGE })),
  },
  rescheduleMessage: {
    // In a group by keys it keeps its place.
    MESSAGE_FRESH: async (bench, { id = '' }) => {
      await bench.post('/groups', { ...SHARE, config: { ordering: 'key' } });
      const fresh = `${id}`.replace(/.{4}$/, '0002');
      const url = `/queues/new/messages/${fresh}/reschedule`;
      return { method: 'POST', url, body: { delayMs: 60_000 } };
    },
  },
  describeJob: { UNKNOWN_TOPIC: get(`/jobs/${UNKNOWN_ID}`) },
  cancelJob: { UNKNOWN_TOPIC: () => ({ method: 'DELETE', url: `/jobs/${UNKNOWN_ID}` }) },
  retryJob: { UNKNOWN_TOPIC: post(`/jobs/${UNKNOWN_ID}/retry`, undefined) },
  describeProblem: { UNKNOWN_PROBLEM: get('/problems/NOTHING') },
};
