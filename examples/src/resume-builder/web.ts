// The HTTP API and the page. It takes edits into the queue and answers from tables; it applies nothing and keeps nothing, so that there
// may be several of it, and any may be killed at any time.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type Client, MillraceError } from '@millrace/client';
import { type FastifyError, type FastifyInstance, fastify } from 'fastify';
import type { Edit, Template } from './messages.ts';
import type { Part, StartRole } from './part.ts';
import { DEAD_QUEUE, TOPICS, to } from './queues.ts';
import { EDIT_ROUTE, FORMATS, TEMPLATE_ROUTE } from './schemas.ts';
import { Views } from './views.ts';

const PAGE = new URL('../../src/resume-builder/page/', import.meta.url);
/** Nothing from elsewhere, and nobody may put the page into theirs. */
const POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'";

/** What is too much or of another type is refused, not bent into shape. */
const STRICT = {
  customOptions: {
    removeAdditional: false,
    coerceTypes: false,
    discriminator: true,
    formats: FORMATS,
  },
} as const;

export const startWeb: StartRole = async (client, { host, port, say }) => {
  const views = new Views(client);
  await views.caughtUp();
  const app = fastify({ bodyLimit: 16_384, forceCloseConnections: 'idle', ajv: STRICT });
  app.addHook('onRequest', async (_, reply) => {
    reply.header('content-security-policy', POLICY);
  });
  app.setErrorHandler(async (error: FastifyError | MillraceError, _, reply) =>
    reply.code(statusOf(error)).send({ error: error.message }),
  );
  await addPage(app);
  addEdits(app, client);
  addLooks(app, views);
  addDecisions(app, client);
  say(`listens on ${await app.listen({ host, port })}`);
  return [listening(app), ...views.parts];
};

/** Closing it ends requests that are under way first. */
function listening(app: FastifyInstance): Part {
  const finished = once(app.server, 'close').then(() => undefined);
  return { finished, close: () => app.close() };
}

// #region edits
function addEdits(app: FastifyInstance, client: Client): void {
  const producer = client.producer();
  app.post<{ Params: { user: string }; Body: { id: string; edit: Edit } }>(
    '/api/resumes/:user/edits',
    { schema: EDIT_ROUTE },
    async ({ params: { user }, body: { id, edit } }, reply) => {
      // The edit is on the broker's disk before the answer goes out, and the same id again is the same edit.
      const message = to(TOPICS.edits, user, { user, edit });
      const { duplicate } = await producer.send({ ...message, dedupId: `${user}/${id}` });
      return reply.code(202).send({ id, duplicate });
    },
  );
}
// #endregion

function addLooks(app: FastifyInstance, views: Views): void {
  app.get('/api/state', async () => views.state());
  app.get<{ Params: { user: string } }>('/api/resumes/:user', async ({ params }, reply) => {
    return views.resume(params.user) ?? reply.code(404).send({ error: 'There is no such résumé.' });
  });
  app.get<{ Params: { user: string } }>('/resumes/:user.pdf', async ({ params }, reply) => {
    const pdf = views.pdf(params.user);
    if (pdf === undefined) return reply.code(404).send({ error: 'There is no PDF yet.' });
    return reply.type('application/pdf').send(Buffer.from(pdf.base64, 'base64'));
  });
}

// #region decisions
/** What people decide: which template is used, and what becomes of the dead. */
function addDecisions(app: FastifyInstance, client: Client): void {
  const { admin } = client;
  const producer = client.producer();
  app.put<{ Body: { template: Template } }>(
    '/api/template',
    { schema: TEMPLATE_ROUTE },
    async ({ body }) => {
      await producer.send(to(TOPICS.settings, 'settings', body));
      return body;
    },
  );
  app.post<{ Params: { id: string } }>('/api/failures/:id/redrive', async ({ params }) => {
    // A copy to the topic that it came from and the end of the dead letter are one commit: nobody redrives it twice.
    const { topic } = await admin.replaceMessage(DEAD_QUEUE.name, params.id, {});
    return { topic };
  });
  app.post<{ Params: { id: string } }>('/api/failures/:id/drop', async ({ params }) => {
    const { changed } = await admin.cancelMessages(DEAD_QUEUE.name, [params.id]);
    return { changed };
  });
}
// #endregion

async function addPage(app: FastifyInstance): Promise<void> {
  for (const [path, file, type] of [
    ['/', 'index.html', 'text/html; charset=utf-8'],
    ['/page.css', 'page.css', 'text/css'],
    ['/page.js', 'page.js', 'text/javascript'],
  ] as const) {
    const content = await readFile(new URL(file, PAGE));
    app.get(path, async (_, reply) => reply.type(type).send(content));
  }
}

const STATUS: Readonly<Record<string, number>> = {
  INVALID_REQUEST: 400,
  UNKNOWN_TOPIC: 404,
  UNKNOWN_PARTITION: 404,
  TOPIC_NOT_IN_GROUP: 404,
  OFFSET_OUT_OF_RANGE: 404,
  ALREADY_RESOLVED: 409,
  MESSAGE_LEASED: 409,
};

/** What the broker cannot do now it may do later: 503. */
function statusOf(error: FastifyError | MillraceError): number {
  if (error instanceof MillraceError) return STATUS[error.code] ?? 503;
  return error.statusCode ?? 500;
}
