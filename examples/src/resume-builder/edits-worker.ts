// Applies edits. The new document, the request for its PDF and the end of the edit are one commit, so that a crash leaves all or none.

import { Reject } from '@millrace/client';
import type { Resume } from './messages.ts';
import type { StartRole } from './part.ts';
import { QUEUES, TOPICS, to } from './queues.ts';
import { applyEdit, BadEdit, emptyResume } from './resume.ts';
import { viewOf } from './table-view.ts';

// #region edits
export const startEditsWorker: StartRole = async (client, { say }) => {
  const resumes = viewOf<Resume>(client, TOPICS.resumes);
  const worker = client.worker({
    group: QUEUES.edits.name,
    topics: TOPICS.edits.name,
    codec: TOPICS.edits.codec,
    transactional: true,
    handler: async ({ value: { user, edit } }) => {
      // The edit before this one may have been applied by another process: its commit is in the table by now, and the
      // queue gives this one to nobody else.
      await resumes.caughtUp();
      const next = rejecting(() => applyEdit(resumes.rows.get(user) ?? emptyResume(user), edit));
      const request = { resume: next };
      return { send: [to(TOPICS.resumes, user, next), to(TOPICS.pdfRequests, user, request)] };
    },
    onOutcome: ({ key, value }, outcome) => say(`${outcome} ${value.edit.kind} of ${key}`),
  });
  return [worker, resumes];
};

/** To try a bad edit again is of no use: it is dead at once, and the user's next edit has its turn. */
function rejecting<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof BadEdit ? new Reject(error.message) : error;
  }
}
// #endregion
