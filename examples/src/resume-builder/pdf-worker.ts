// Makes PDFs, several at a time and in any order. The PDF, the news of it and the end of the request are one commit: it may be rendered
// twice, after a crash, but it is there and told once.

import type { Pdf, Resume, Settings, Template } from './messages.ts';
import type { StartRole } from './part.ts';
import { renderPdf } from './pdf.ts';
import { QUEUES, TOPICS, to } from './queues.ts';
import { TableView, viewOf } from './table-view.ts';

const TEMPLATE_AT_FIRST: Template = 1;

// #region pdfs
export const startPdfWorker: StartRole = async (client, { say }) => {
  const resumes = viewOf<Resume>(client, TOPICS.resumes);
  const settings = viewOf<Settings>(client, TOPICS.settings);
  const pdfs = new TableView<Pdf, string>(client, TOPICS.pdfs, ({ user }) => user);
  const worker = client.worker({
    group: QUEUES.pdfs.name,
    topics: TOPICS.pdfRequests.name,
    codec: TOPICS.pdfRequests.codec,
    concurrency: 4,
    transactional: true,
    handler: async ({ value: { resume } }) => {
      const { user, version } = resume;
      await Promise.all([resumes.caughtUp(), settings.caughtUp()]);
      // Out of date: the request for the newer version is in the queue, too.
      if ((resumes.rows.get(user)?.version ?? 0) > version) return undefined;

      const template = settings.rows.get('settings')?.template ?? TEMPLATE_AT_FIRST;
      const base64 = (await renderPdf(resume, template)).toString('base64');
      const older = [...pdfs.rows].filter(([, owner]) => owner === user).map(([key]) => key);
      return {
        send: [
          ...older.map((key) => to(TOPICS.pdfs, key, null)),
          to(TOPICS.pdfs, `${user}/${version}`, { user, version, template, base64 }),
          to(TOPICS.events, user, { kind: 'pdf-ready', user, version }),
        ],
      };
    },
    onOutcome: ({ value: { resume } }, outcome) =>
      say(`${outcome} version ${resume.version} of ${resume.user}`),
  });
  return [worker, resumes, settings, pdfs];
};
// #endregion
