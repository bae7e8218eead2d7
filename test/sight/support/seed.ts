// Fills a broker with what a page can show: topics, queues in every state, groups that are behind, schedules, a task. Over
// REST and the public client alone; the same every time but for the clock.
import { type Client, connect } from '@millrace/client';

/** What the data set has, for tests to refer to. */
export const SEEDED = {
  queues: ['orders', 'mails', 'thumbnails', 'invoices', 'reports'],
  ordersPending: 1_204,
  deadLetters: 47,
  /** Ordering by key; the key `acme` is stopped. */
  keyed: 'invoices',
  blockedKey: 'acme',
  leased: 24,
  delayed: 160,
  topics: ['clicks', 'audit-log'],
  clicks: 6_000,
  groups: ['billing', 'search-index', 'fraud-check'],
  schedules: ['nightly-report', 'heartbeat'],
} as const;

export interface Seeded {
  readonly client: Client;
  /** Lets go of the group's member that is there. */
  close(): Promise<void>;
}

type Body = Readonly<Record<string, unknown>>;

/** Everything is there once it resolves. `http` is the gateway's address, `broker` the broker's; `token` where they ask. */
export async function seed(http: string, broker: string, token?: string): Promise<Seeded> {
  const auth = token === undefined ? {} : { auth: { token } };
  const client = await connect({ brokers: broker, clientName: 'seed', ...auth });
  const post = (path: string, body: Body) => request(http, path, body, token);
  await seedOrders(post);
  await seedMails(post);
  await seedThumbnails(post);
  await seedInvoices(post);
  await post('/queues', { name: 'reports' });
  await seedLog(client, post);
  const member = client.consumer({
    topics: 'clicks',
    group: 'fraud-check',
    commit: 'none',
    maxProcessingMs: 3_600_000,
  });
  const iterator = member[Symbol.asyncIterator]();
  await iterator.next();
  await seedSchedules(client);
  await seedTask(client);
  return {
    client,
    async close() {
      await member.close();
      await client.close();
    },
  };
}

type Post = (path: string, body: Body) => Promise<unknown>;

async function request(http: string, path: string, body: Body, token?: string): Promise<unknown> {
  const response = await fetch(`${http}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

const CITIES = ['Oslo', 'Lagos', 'Lima', 'Osaka', 'Pune', 'Quito', 'Riga'];

function order(n: number): Body {
  const items = Array.from({ length: 1 + (n % 3) }, (_, i) => ({
    sku: `A-${100 + n + i}`,
    pieces: 1 + i,
  }));
  return {
    order: 100_000 + n,
    city: CITIES[n % CITIES.length],
    total: Math.round(n * 7.3) / 10,
    items,
  };
}

function range<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

async function send(post: Post, queue: string, messages: readonly Body[]): Promise<void> {
  for (let at = 0; at < messages.length; at += 500) {
    await post(`/queues/${queue}/messages`, { messages: messages.slice(at, at + 500) });
  }
}

interface Received {
  readonly messages: readonly { readonly receipt: string }[];
}

async function receive(post: Post, queue: string, max: number): Promise<string[]> {
  const { messages } = (await post(`/queues/${queue}/receive`, { max, waitMs: 5_000 })) as Received;
  return messages.map(({ receipt }) => receipt);
}

/** Pending, some acknowledged, and many dead for three reasons. */
async function seedOrders(post: Post): Promise<void> {
  const settings = {
    maxDeliveries: 3,
    visibilityTimeoutMs: 600_000,
    deadLetterTopic: 'orders.dlq',
  };
  await post('/queues', { name: 'orders', settings, partitions: 4 });
  const faults = ['payment provider answered 502', 'no such customer', 'card expired'];
  await send(
    post,
    'orders',
    range(SEEDED.deadLetters, (n) => ({ payload: order(n), key: `customer-${n % 9}` })),
  );
  const dead = await receive(post, 'orders', SEEDED.deadLetters);
  await post('/queues/orders/acknowledge', {
    items: dead.map((receipt, n) => ({
      receipt,
      kind: 'reject',
      error: faults[n % faults.length],
    })),
  });
  await send(
    post,
    'orders',
    range(320, (n) => ({ payload: order(n + 100) })),
  );
  await post('/queues/orders/acknowledge', { receipts: await receive(post, 'orders', 320) });
  const waiting = range(SEEDED.ordersPending, (n) => ({
    payload: order(n + 1_000),
    headers: { source: 'shop' },
  }));
  await send(post, 'orders', waiting);
  await post('/queues', { name: 'orders.dlq', topic: 'orders.dlq' });
}

/** Leased with deadlines of different lengths, and failed once. */
async function seedMails(post: Post): Promise<void> {
  await post('/queues', { name: 'mails', settings: { visibilityTimeoutMs: 900_000 } });
  await send(
    post,
    'mails',
    range(80, (n) => ({ payload: { to: `user${n}@example.com`, template: 'welcome' } })),
  );
  const failed = await receive(post, 'mails', 12);
  await post('/queues/mails/acknowledge', {
    items: failed.map((receipt) => ({
      receipt,
      kind: 'release',
      delayMs: 3_600_000,
      error: 'SMTP 451: greylisted',
    })),
  });
  const leased = await receive(post, 'mails', SEEDED.leased);
  const items = leased.map((receipt, n) => ({
    receipt,
    visibilityTimeoutMs: 600_000 + n * 30_000,
  }));
  await post('/queues/mails/visibility', { items });
}

/** Sent with delays from minutes to hours. */
async function seedThumbnails(post: Post): Promise<void> {
  await post('/queues', { name: 'thumbnails' });
  const messages = range(SEEDED.delayed, (n) => ({
    payload: { image: `photos/${n}.jpg`, width: 320 },
    delayMs: 1_200_000 + n * n * 1_500,
  }));
  await send(post, 'thumbnails', messages);
}

/** By key; one key is stopped, and what follows it waits. */
async function seedInvoices(post: Post): Promise<void> {
  const settings = {
    ordering: 'key',
    onExhausted: 'block',
    maxDeliveries: 1,
    visibilityTimeoutMs: 600_000,
  };
  await post('/queues', { name: SEEDED.keyed, settings });
  const invoice = (key: string, n: number) => ({
    key,
    payload: { customer: key, invoice: n, cents: 1_999 + n },
  });
  await send(post, SEEDED.keyed, [invoice(SEEDED.blockedKey, 0)]);
  const [receipt] = await receive(post, SEEDED.keyed, 1);
  await post(`/queues/${SEEDED.keyed}/acknowledge`, {
    items: [{ receipt, kind: 'reject', error: 'VAT number is not valid' }],
  });
  await send(
    post,
    SEEDED.keyed,
    range(14, (n) => invoice(SEEDED.blockedKey, n + 1)),
  );
  await send(
    post,
    SEEDED.keyed,
    range(30, (n) => invoice(`customer-${n % 6}`, n)),
  );
}

/** A log that consumer groups are behind on. */
async function seedLog(client: Client, post: Post): Promise<void> {
  const { admin } = client;
  await post('/topics', { name: 'clicks', partitions: 6, config: { retentionMs: 86_400_000 } });
  await post('/topics', { name: 'audit-log', partitions: 1 });
  for (let at = 0; at < SEEDED.clicks; at += 1_000) {
    const records = range(1_000, (n) => ({
      key: `session-${(at + n) % 400}`,
      payload: { page: `/p/${(at + n) % 57}`, ms: (at + n) % 900 },
    }));
    await post('/topics/clicks/records', { records });
  }
  const partitions = range(6, (partition) => partition);
  const commit = (group: string, offsets: readonly number[]) =>
    admin.commitGroupOffsets(
      group,
      partitions.map((partition) => ({
        topic: 'clicks',
        partition,
        offset: offsets[partition] ?? 0,
      })),
    );
  await commit('billing', [900, 890, 905, 910, 880, 895]);
  await commit('search-index', [300, 120, 410, 80, 0, 260]);
}

async function seedSchedules({ admin }: Client): Promise<void> {
  const later = { cron: '30 2 * * *', timeZone: 'Europe/Oslo' };
  await admin.createSchedule({
    name: 'nightly-report',
    topic: 'reports',
    value: { kind: 'daily' },
    ...later,
  });
  await admin.createSchedule({
    name: 'heartbeat',
    topic: 'audit-log',
    value: { beat: true },
    everyMs: 3_600_000,
  });
  await admin.pauseSchedule('heartbeat');
}

/** A redrive that only counts: the letters stay for who looks at them. */
async function seedTask({ admin }: Client): Promise<void> {
  const { taskId } = await admin.startRedrive({ topic: 'orders.dlq', dryRun: true });
  await admin.waitForTask(taskId);
}
