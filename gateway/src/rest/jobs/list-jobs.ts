// Jobs of a queue that are in a state, a page at a time: found as messages, then each looked at. A page is bounded in
// jobs and in bytes.

import { type Client, MillraceError, type ShareGroupDescription } from '@millrace/client';
import type { MessageState } from '@millrace/protocol';
import { listPage, PAGE_BYTES_MAX } from '../queues/list-messages.ts';
import { placeOf, placeText } from '../queues/page-places.ts';
import type { QueuedShape } from '../queues/queue-schemas.ts';
import { findMessage } from '../queues/queued-shape.ts';
import type { FoundJob } from './job-places.ts';
import { type JobShape, jobShape } from './job-schemas.ts';

export interface JobsAsked {
  readonly state: MessageState;
  readonly limit: number;
  readonly from: string | undefined;
}

export interface JobsPage {
  readonly jobs: JobShape[];
  readonly next: string | null;
}

export async function listJobs(
  client: Client,
  queue: string,
  { topic, topicId }: ShareGroupDescription['topics'][number],
  { state, limit, from }: JobsAsked,
): Promise<JobsPage> {
  const { partitions } = await client.admin.describeTopic(topic);
  const numbers = partitions.map(({ partition }) => partition);
  const page = await listPage(
    client,
    { group: queue, topic, topicId, partitions: numbers, state, limit, hasContent: false },
    placeOf(from),
  );
  const jobs: JobShape[] = [];
  let bytes = 0;
  for (const listed of page.messages) {
    if (bytes >= PAGE_BYTES_MAX) return { jobs, next: placeText(listed) };
    const job = await jobOf(client, queue, listed);
    bytes += (job.message?.valueBytes?.length ?? 0) + (job.result?.bytes.length ?? 0);
    jobs.push(jobShape(job));
  }
  return { jobs, next: page.next === null ? null : placeText(page.next) };
}

/** As it was listed, where the log holds it no longer. */
async function jobOf(client: Client, queue: string, listed: QueuedShape): Promise<FoundJob> {
  try {
    return { ...(await findMessage(client, queue, listed.id)), queue };
  } catch (error) {
    const isGone = error instanceof MillraceError && error.code === 'OFFSET_OUT_OF_RANGE';
    if (!isGone) throw error;
    return { ...listed, queue, result: null, appendTimeMs: null, message: null };
  }
}
