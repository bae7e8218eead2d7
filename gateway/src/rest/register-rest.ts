// All REST routes, in one scope with its own bodies, validation and problems. It knows where they are, not what they do.

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { App, Services } from '../services.ts';
import { perSession } from '../sessions/per-session.ts';
import { registerBrokers } from './brokers/register-brokers.ts';
import { registerAcknowledge } from './consume/acknowledge.ts';
import { registerConsume } from './consume/consume.ts';
import { registerReadLog } from './consume/read-log.ts';
import { CountsBoard } from './dashboard/counts-board.ts';
import { registerDashboard } from './dashboard/register-dashboard.ts';
import { registerGroups } from './groups/groups.ts';
import { registerReset } from './groups/reset.ts';
import { registerShareGroups } from './groups/share-groups.ts';
import { registerJobs } from './jobs/register-jobs.ts';
import { parseJson } from './json/parse-json.ts';
import { jsonText } from './json/raw-json.ts';
import { registerLive } from './live/register-live.ts';
import { registerDocs, registerOpenApi } from './openapi/open-api.ts';
import { watchMethods } from './problem/allowed-methods.ts';
import { registerProblemPages } from './problem/problem-pages.ts';
import { sendNotFound, sendProblem } from './problem/send-problem.ts';
import { validatorCompiler } from './problem/validation.ts';
import { registerProduce } from './produce/produce.ts';
import { registerProduceBatch } from './produce/produce-batch.ts';
import { registerQueues } from './queues/register-queues.ts';
import { registerSchedules } from './schedules/register-schedules.ts';
import { closed } from './schemas/shapes.ts';
import { registerSearch } from './search/register-search.ts';
import { registerAccess } from './session/register-access.ts';
import { registerSession } from './session/register-session.ts';
import { registerTopicOffsets } from './topics/offsets.ts';
import { registerTopicGroups } from './topics/topic-groups.ts';
import { registerTopics } from './topics/topics.ts';

const NO_QUERY = closed({});

/** Registers the routes, the OpenAPI document and its page. */
export async function registerRest(app: App, services: Services): Promise<void> {
  app.setNotFoundHandler(sendNotFound);
  await app.register(async (plain) => {
    const rest = plain.withTypeProvider<TypeBoxTypeProvider>();
    prepare(rest);
    await registerOpenApi(rest);
    const refuseOtherMethods = watchMethods(rest);
    const boardOf = perSession(({ client }) => new CountsBoard(client));
    // Before all others: what follows refuses what asks for a WebSocket.
    await registerLive(rest, services, boardOf);
    registerTopics(rest, services);
    registerTopicOffsets(rest, services);
    registerTopicGroups(rest, services);
    registerProduce(rest, services);
    await registerProduceBatch(rest, services);
    registerConsume(rest, services);
    registerAcknowledge(rest, services);
    registerReadLog(rest, services);
    registerSearch(rest, services);
    registerGroups(rest, services);
    registerShareGroups(rest, services);
    registerReset(rest, services);
    registerQueues(rest, services);
    registerJobs(rest, services);
    registerSchedules(rest, services);
    registerDashboard(rest, services, boardOf);
    registerSession(rest, services);
    registerAccess(rest, services);
    registerBrokers(rest, services);
    registerProblemPages(rest);
    refuseOtherMethods();
    await registerDocs(rest);
  });
}

function prepare(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => jsonText);
  app.setErrorHandler(sendProblem);
  app.addHook('onRoute', ({ schema }) => {
    // A field that is asked for and not known would be passed over otherwise: a dry run that is none.
    if (schema !== undefined && schema.hide !== true) schema.querystring ??= NO_QUERY;
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // What is true now is not true later, and much of it is nobody else's business.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    done();
  });
}
