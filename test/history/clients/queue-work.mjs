// How members of share groups work in a history: they lease, and accept, fail, reject, extend, give back, come too late or
// forget. Everything they are told is written down; nothing is judged.
import { parseReceipt } from '@millrace/protocol';
import { JOBS, SHARE_GROUPS, VISIBILITY_MS } from './names.mjs';
import { pause } from './pause.mjs';

const LATE_MS = VISIBILITY_MS + 150;

/** @typedef {import('@millrace/client').LeasedMessage<{ id: string }>} Leased */
/** @typedef {import('./recorder.mjs').Recorder} Recorder */

/** @param {Leased} message */
function tokenOf(message) {
  return parseReceipt(message.receipt).token;
}

/**
 * @param {import('@millrace/client').Queue<{ id: string }>} queue
 * @param {Recorder} recorder
 * @param {{ topics: string, maxMessages: number, maxWaitMs: number }} options
 */
export async function receive(queue, recorder, options) {
  const { group } = queue;
  const ask = () => queue.receive({ ...options, visibilityTimeoutMs: VISIBILITY_MS });
  const messages = await recorder.call('receive', { group }, ask, (leased) => ({
    messages: leased.map((message) => ({
      p: message.partition,
      o: message.offset,
      id: message.value.id,
      token: tokenOf(message),
      n: message.deliveries,
      until: message.deadlineMs,
    })),
  }));
  return messages ?? [];
}

/**
 * @param {Recorder} recorder
 * @param {string} group
 * @param {Leased} message
 * @param {'accept' | 'release' | 'reject' | 'return' | 'extend'} kind
 */
export async function say(recorder, group, message, kind) {
  const { partition, offset } = message;
  const about = { group, p: partition, o: offset, token: tokenOf(message) };
  const ways = {
    accept: () => message.accept(),
    release: () => message.release({ error: 'by chance' }),
    reject: () => message.reject('by chance'),
    return: () => message.return(),
    extend: () => message.extend(VISIBILITY_MS),
  };
  /** @type {() => Promise<number | void>} */
  const work = ways[kind];
  await recorder.call(kind, about, work, (until) => (kind === 'extend' ? { until } : {}));
}

/**
 * What becomes of one message.
 *
 * @param {Recorder} recorder
 * @param {string} group
 * @param {Leased} message
 * @param {import('@millrace/harness').Random} random
 */
async function resolve(recorder, group, message, random) {
  const choice = random.next();
  if (choice < 0.06) return;
  const kind =
    choice < 0.18 ? 'release' : choice < 0.2 ? 'reject' : choice < 0.25 ? 'return' : 'accept';
  if (choice > 0.97) {
    await pause(random.between(0, VISIBILITY_MS / 2));
    await say(recorder, group, message, 'extend');
    await pause(random.between(0, VISIBILITY_MS));
  } else if (choice > 0.9) await pause(LATE_MS);
  await say(recorder, group, message, kind);
}

/**
 * Until it is told to stop. What waits for its time goes on beside the next receive.
 *
 * @param {import('./client-process.mjs').Work} work
 * @param {string} group
 * @param {string} topic
 */
export async function workOn({ client, recorder, random, running }, group, topic) {
  /** @type {import('@millrace/client').Queue<{ id: string }>} */
  const queue = client.queue(group);
  /** @type {Set<Promise<void>>} */
  const inHand = new Set();
  while (!running.stopped) {
    const maxMessages = random.between(1, 24);
    const maxWaitMs = random.pick([0, 100, 300]);
    const messages = await receive(queue, recorder, { topics: topic, maxMessages, maxWaitMs });
    const resolving = messages.map(async (message) => {
      const one = resolve(recorder, group, message, random).finally(() => inHand.delete(one));
      inHand.add(one);
      await one;
    });
    await Promise.race([Promise.all(resolving), pause(100)]);
    if (messages.length === 0) await pause(random.between(1, 20));
  }
  await Promise.all(inHand);
}

/**
 * Every share group, twice.
 *
 * @param {import('./client-process.mjs').Work} work
 */
export function workOnAll(work) {
  const groups = [...SHARE_GROUPS, ...SHARE_GROUPS];
  return Promise.all(groups.map(({ name }) => workOn(work, name, JOBS.topic)));
}
