// Routes of jobs: enqueue, look, cancel, retry. Workers take jobs as messages of the queue.

import type { ChangeOutcome, OutgoingMessage } from '@millrace/client';
import { LIMITS, MESSAGE_STATES, MillraceError } from '@millrace/protocol';
import type { App, Services, Session } from '../../services.ts';
import { perSession } from '../../sessions/per-session.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { createQueue, isThere } from '../queues/create-queue.ts';
import { PageFrom } from '../queues/page-places.ts';
import { type PlacesOf, type QueuePlace, QueuePlaces, topicOf } from '../queues/queue-places.ts';
import { outgoingOf } from '../schemas/message.ts';
import { closed, GroupName, orNull, word } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { JobPlaces } from './job-places.ts';
import { EnqueuedJob, JobParams, JobQuery, JobSchema, jobShape, NewJob } from './job-schemas.ts';
import { listJobs } from './list-jobs.ts';

/** Of an id that names no job. */
const NO_JOB = [
  'INVALID_REQUEST',
  'UNKNOWN_TOPIC',
  'UNKNOWN_GROUP',
  'GROUP_KIND_MISMATCH',
  'TOPIC_NOT_IN_GROUP',
  'OFFSET_OUT_OF_RANGE',
] as const;
const LIMIT_DEFAULT = 100;

type JobsOf = (session: Session) => JobPlaces;

export function registerJobs(app: App, services: Services): void {
  const jobsOf = perSession(({ client }) => new JobPlaces(client));
  const placesOf = perSession(({ client }) => new QueuePlaces(client));
  registerEnqueue(app, services, placesOf);
  registerLook(app, services, jobsOf, placesOf);
  registerDecide(app, services, jobsOf);
}

function registerEnqueue(app: App, { sessionOf }: Services, placesOf: PlacesOf): void {
  app.post(
    '/jobs',
    {
      schema: {
        operationId: 'enqueueJob',
        summary: 'Enqueue a job; its queue is made where it is missing',
        tags: ['jobs'],
        body: NewJob,
        response: {
          201: EnqueuedJob,
          ...problems(...BODY_PROBLEMS, 'INVALID_NAME', 'GROUP_KIND_MISMATCH', 'MESSAGE_TOO_LARGE'),
        },
      },
    },
    async ({ raw, body: { queue, maxAttempts, ...job } }, reply) => {
      const session = sessionOf(raw);
      // What is wrong with the job is found before a queue is made for it.
      const checked = outgoingOf(queue, job);
      const message = { ...checked, maxDeliveries: maxAttempts };
      const { topic, id, duplicate } = await sendTo(session, placesOf(session), queue, message);
      // By its topic the id leads to the queue of the topic's name.
      const hint = topic === queue ? '' : `?queue=${encodeURIComponent(queue)}`;
      return reply
        .code(201)
        .header('location', `/jobs/${id}${hint}`)
        .send({ id, queue, duplicate });
    },
  );
}

/** What is known of a queue may be a second old: one that was deleted in it is made anew. */
async function sendTo(
  session: Session,
  queues: QueuePlaces,
  queue: string,
  message: Omit<OutgoingMessage<Uint8Array>, 'topic'>,
): Promise<{ topic: string; id: string; duplicate: boolean }> {
  const send = async () => {
    const { topic } = topicOf(await ensureQueue(session, queues, queue), undefined);
    const { id, duplicate } = await session.producer.send({ ...message, topic });
    return { topic, id, duplicate };
  };
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === 'UNKNOWN_TOPIC')) throw error;
  }
  queues.forget(queue);
  return send();
}

async function ensureQueue(
  { client }: Session,
  queues: QueuePlaces,
  name: string,
): Promise<QueuePlace> {
  try {
    return await queues.find(name);
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === 'UNKNOWN_GROUP')) throw error;
  }
  try {
    await createQueue(client, { name });
  } catch (error) {
    // Somebody else was faster.
    if (!isThere(error)) throw error;
  }
  queues.forget(name);
  return queues.find(name);
}

function registerLook(app: App, { sessionOf }: Services, jobsOf: JobsOf, placesOf: PlacesOf): void {
  app.get(
    '/jobs/:id',
    {
      schema: {
        operationId: 'describeJob',
        summary: 'State of a job, its attempts, its last error, its result',
        tags: ['jobs'],
        params: JobParams,
        querystring: JobQuery,
        response: { 200: JobSchema, ...problems(...NO_JOB) },
      },
    },
    async ({ raw, params: { id }, query: { queue } }) =>
      jobShape(await jobsOf(sessionOf(raw)).find(id, queue)),
  );
  app.get(
    '/jobs',
    {
      schema: {
        operationId: 'listJobs',
        summary: 'Jobs of a queue that are in a state, in the order in which they were enqueued',
        tags: ['jobs'],
        querystring: closed({
          queue: GroupName,
          state: word(MESSAGE_STATES, { description: 'The state.' }),
          limit: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: LIMITS.listRangesMax,
              description: `At most so many; default ${LIMIT_DEFAULT}. A page may have fewer: look at \`next\`.`,
            }),
          ),
          from: Type.Optional(PageFrom),
        }),
        response: {
          200: closed({
            jobs: Type.Array(JobSchema),
            next: orNull(
              Type.String({ description: 'Give it as `from` for the next page; null: no more.' }),
            ),
          }),
          ...problems('INVALID_REQUEST', 'UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH'),
        },
      },
    },
    async ({ raw, query: { queue, state, limit = LIMIT_DEFAULT, from } }) => {
      const session = sessionOf(raw);
      const place = topicOf(await placesOf(session).find(queue), undefined);
      return listJobs(session.client, queue, place, { state, limit, from });
    },
  );
}

function registerDecide(app: App, { sessionOf }: Services, jobsOf: JobsOf): void {
  const decided = [...NO_JOB, 'MESSAGE_LEASED', 'ALREADY_RESOLVED'] as const;
  app.delete(
    '/jobs/:id',
    {
      schema: {
        operationId: 'cancelJob',
        summary: 'Give up a job that no worker has',
        description:
          'One that is under way, done or given up stays as it is: 409, which says what it is.',
        tags: ['jobs'],
        params: JobParams,
        querystring: JobQuery,
        response: { 204: Type.Null({ description: 'It is given up.' }), ...problems(...decided) },
      },
    },
    async ({ raw, params: { id }, query }, reply) => {
      const session = sessionOf(raw);
      const jobs = jobsOf(session);
      const { queue } = await jobs.find(id, query.queue);
      const { outcomes } = await session.client.admin.cancelMessages(queue, [id]);
      await mustBeChanged(jobs, queue, outcomes[0]);
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/jobs/:id/retry',
    {
      schema: {
        operationId: 'retryJob',
        summary: 'Run a job now, whatever it waits for',
        description:
          'Of one that is stopped the attempts count anew. One that is given up comes back by a redrive of the dead-letter topic.',
        tags: ['jobs'],
        params: JobParams,
        querystring: JobQuery,
        response: { 200: JobSchema, ...problems(...decided, 'MESSAGE_FRESH') },
      },
    },
    async ({ raw, params: { id }, query }) => {
      const session = sessionOf(raw);
      const jobs = jobsOf(session);
      const { queue } = await jobs.find(id, query.queue);
      const { outcomes } = await session.client.admin.retryMessages(queue, [id]);
      await mustBeChanged(jobs, queue, outcomes[0]);
      return jobShape(await jobs.find(id, queue));
    },
  );
}

/** Throws why it was not, with what the job is. */
async function mustBeChanged(
  jobs: JobPlaces,
  queue: string,
  outcome: ChangeOutcome | undefined,
): Promise<void> {
  if (outcome === undefined || outcome.error === null) return;
  const { error, target } = outcome;
  if (typeof target !== 'string') throw error;
  const { state, deadReason } = await jobs.find(target, queue);
  const why = deadReason === null ? '' : ` (${deadReason})`;
  throw new MillraceError(error.code, `The job is ${state}${why}. ${error.message}`, error.detail);
}
