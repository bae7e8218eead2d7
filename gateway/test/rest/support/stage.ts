// What the examples of the OpenAPI document are about, made anew before each: topics, groups, a queue, a job.

import type { Values } from './document.ts';
import type { Answer, Json, RestBench } from './rest-bench.ts';

function done(answer: Answer): Json {
  if (answer.status >= 300) throw new Error(`the stage cannot be set: ${answer.text}`);
  return answer.body;
}

async function sendAway({ open }: RestBench, group: string): Promise<void> {
  const { client } = open.session;
  for (const { memberId, memberEpoch } of (await client.admin.describeGroup(group)).members) {
    await client.request('GroupLeave', { group, memberId, memberEpoch });
  }
}

async function clear(bench: RestBench): Promise<void> {
  const { admin } = bench.open.session.client;
  for (const { name } of await admin.listSchedules()) await admin.deleteSchedule(name);
  const groups = await admin.listGroups();
  const drop = async ({ name, kind }: (typeof groups)[number]): Promise<void> => {
    // What the gateway keeps for a second of a queue goes with it.
    if (kind === 'share')
      await bench.ask({ method: 'DELETE', url: `/queues/${name}?keepTopic=true` });
    else {
      await sendAway(bench, name);
      await admin.deleteGroup(name);
    }
  };
  await Promise.all(groups.map(drop));
  const topics = await admin.listTopics();
  await Promise.all(topics.map(({ name }) => admin.deleteTopic(name)));
}

/** Parameters that are known only now. */
export async function setStage(bench: RestBench): Promise<Values> {
  await clear(bench);
  done(await bench.post('/topics', { name: 'user-events', partitions: 2 }));
  const records = [0, 1, 2].map((n) => ({ payload: { n }, key: `${n}`, partition: 0 }));
  done(await bench.post('/topics/user-events/records', { records }));
  const late = { topic: 'user-events', payload: 'late', partition: 0, delayMs: 600_000 };
  const { id } = done(await bench.post('/produce', late));
  done(await bench.post('/groups', { group: 'mailers', topics: ['user-events'] }));
  const reset = { to: 'earliest', topics: ['user-events'] };
  done(await bench.post('/groups/audit/reset', reset));
  done(await bench.post('/queues', { name: 'mails' }));
  const elsewhere = done(await bench.post('/produce', { topic: 'mails', payload: 'elsewhere' }));
  return { id, elsewhere: elsewhere.id };
}

/** Two dead letters of `mailers`. */
export async function deadLetters(bench: RestBench): Promise<undefined> {
  const { messages } = done(await bench.get('/consume?topic=user-events&group=mailers&max=2'));
  const items = messages.map(({ receipt }: Json) => ({ receipt, kind: 'reject', error: 'no' }));
  done(await bench.post('/ack', { items }));
  return undefined;
}

/** A message of `mailers` that is done. */
export async function doneMessage(bench: RestBench): Promise<Values> {
  const { messages } = done(await bench.get('/consume?topic=user-events&group=mailers&max=1'));
  const [{ id, receipt }] = messages;
  done(await bench.post('/ack', { receipts: [receipt] }));
  return { id };
}

/** A message of `mailers` that has failed and waits. */
export async function failedMessage(bench: RestBench): Promise<Values> {
  return failed(bench, done(await bench.get('/consume?topic=user-events&group=mailers&max=1')));
}

/** A job of `mails` that has failed and waits. */
export async function failedJob(bench: RestBench): Promise<Values> {
  done(await bench.post('/jobs', { queue: 'mails', payload: 1 }));
  return failed(bench, done(await bench.post('/queues/mails/receive', {})));
}

async function failed(bench: RestBench, { messages }: Json): Promise<Values> {
  const [{ id, receipt }] = messages;
  const item = { receipt, kind: 'release', delayMs: 600_000 };
  const { failed: count } = done(await bench.post('/ack', { items: [item] }));
  if (count !== 0) throw new Error('the message was not released');
  return { id };
}

/** A redrive that takes a while. */
export async function slowTask(bench: RestBench): Promise<Values> {
  await deadLetters(bench);
  const { taskId } = done(await bench.post('/queues/mailers/redrive', { ratePerSecond: 1 }));
  return { taskId };
}

export async function delayedJob(bench: RestBench): Promise<Values> {
  const job = { queue: 'mails', payload: 1, delayMs: 600_000 };
  const { id } = done(await bench.post('/jobs', job));
  return { id };
}

/** A schedule. */
export async function cleanup(bench: RestBench): Promise<undefined> {
  const body = { name: 'cleanup', topic: 'user-events', everyMs: 3_600_000, payload: 1 };
  done(await bench.post('/schedules', body));
  return undefined;
}
