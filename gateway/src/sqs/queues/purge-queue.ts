// PurgeQueue: at most once in a minute, whichever gateway is asked. The time of the last one is an annotation, and
// whoever changes it first is the one that purges.

import { SqsError } from '../errors.ts';
import { exchangeAnnotations } from './alter-queue.ts';
import { annotationOf } from './annotations.ts';
import { nameInUrl } from './names.ts';
import type { QueueHandler } from './queue-action.ts';
import { loadQueue } from './queue-state.ts';

const PAUSE_MS = 60_000;
const PURGED_AT = annotationOf('purgedAt');

export const purgeQueue: QueueHandler<'PurgeQueue'> = async ({ admin }, { QueueUrl }) => {
  const queue = await loadQueue(admin, nameInUrl(QueueUrl));
  const { name, annotations } = queue.topic;
  const before = annotations[PURGED_AT] ?? null;
  const nowMs = Date.now();
  const age = nowMs - Number(before ?? Number.NaN);
  if (age >= 0 && age < PAUSE_MS) throw tooSoon(name);
  const mark = { [PURGED_AT]: String(nowMs) };
  if (!(await exchangeAnnotations(admin, queue, { [PURGED_AT]: before }, mark)))
    throw tooSoon(name);
  try {
    await admin.purge({ group: name, topic: name, undoMs: 0, forgetDuplicates: true });
  } catch (error) {
    // Nothing was purged, as far as anybody can tell: whoever tries again must not be sent away for it.
    await exchangeAnnotations(admin, queue, mark, { [PURGED_AT]: before });
    throw error;
  }
  return {};
};

function tooSoon(name: string): SqsError {
  const message = `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`;
  return new SqsError('PurgeQueueInProgress', message);
}
