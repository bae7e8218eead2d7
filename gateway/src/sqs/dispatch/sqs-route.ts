// The one route of the SQS API, and the paths of queues for requests that say nothing of what they want. Bodies are taken
// as bytes, whatever their content type says, for signatures are made of bytes.

import type { IncomingMessage } from 'node:http';
import type { App, Services } from '../../services.ts';
import type { SqsHandlers } from '../handler.ts';
import type { CallSettings } from './call.ts';
import { createDispatch, refuse } from './dispatcher.ts';
import { compileOperations } from './operation.ts';
import { SQS_ROUTE } from './route-choice.ts';

export interface SqsRouteSources extends Pick<Services, 'visitors' | 'metrics' | 'waiting'> {
  /** For whoever sent the request, which was let in. */
  readonly handlersOf: (request: IncomingMessage) => SqsHandlers;
  readonly settings: CallSettings;
}

/** All; those that are named are found without taking the header apart anew for each request. */
const BODY_TYPES = ['application/x-amz-json-1.0', 'application/x-www-form-urlencoded', '*'];
/** A queue's own URL, with nothing that says what is wanted of it: answered as the service does, by UnknownOperation. */
const QUEUE_ROUTE = '/:account(^\\d{12}$)/:queue';

export async function registerSqsRoute(app: App, sources: SqsRouteSources): Promise<void> {
  const { metrics } = sources;
  const dispatch = createDispatch({
    ...sources,
    operations: compileOperations(),
    onAnswered: (action, outcome) => metrics.sqsAnswered(action, outcome),
  });
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(BODY_TYPES, { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    scope.setErrorHandler((error, request, reply) => reply.send(refuse(error, request, reply)));
    const hidden = { schema: { hide: true } };
    for (const url of [SQS_ROUTE, QUEUE_ROUTE]) {
      scope.route({ method: ['GET', 'POST'], url, ...hidden, handler: dispatch });
    }
  });
}
