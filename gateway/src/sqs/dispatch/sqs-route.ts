// The one route of the SQS API, and the paths of queues for requests that say nothing of what they want. Bodies are taken
// as bytes, whatever their content type says, for signatures are made of bytes.

import type { App } from '../../services.ts';
import type { SqsHandlers } from '../handler.ts';
import type { AccessKeys } from '../sign/access-keys.ts';
import { createVerifier } from '../sign/verify.ts';
import type { CallSettings } from './call.ts';
import { type Answered, createDispatch, refuse } from './dispatcher.ts';
import { compileOperations } from './operation.ts';
import { SQS_ROUTE } from './route-choice.ts';
import { createWaitingCalls } from './waiting-calls.ts';

export interface SqsRouteSources {
  readonly handlers: SqsHandlers;
  readonly settings: CallSettings;
  /** Aborted when the gateway begins to shut down. */
  readonly closing: AbortSignal;
  /** Given: every request has to be signed with one of them. */
  readonly accessKeys?: AccessKeys | undefined;
  /** For metrics. */
  readonly onAnswered?: ((answered: Answered) => void) | undefined;
}

const SERVICE = 'sqs';
/** A queue's own URL, with nothing that says what is wanted of it: answered as the service does, by UnknownOperation. */
const QUEUE_ROUTE = '/:account(^\\d{12}$)/:queue';

export async function registerSqsRoute(app: App, sources: SqsRouteSources): Promise<void> {
  const { accessKeys } = sources;
  const dispatch = createDispatch({
    operations: compileOperations(sources.handlers),
    settings: sources.settings,
    waiting: createWaitingCalls(sources.closing),
    verify:
      accessKeys === undefined
        ? undefined
        : createVerifier({ keys: accessKeys, service: SERVICE, nowMs: Date.now }),
    onAnswered: sources.onAnswered ?? (() => undefined),
  });
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    scope.setErrorHandler((error, request, reply) => reply.send(refuse(error, request, reply)));
    const hidden = { schema: { hide: true } };
    for (const url of [SQS_ROUTE, QUEUE_ROUTE]) {
      scope.route({ method: ['GET', 'POST'], url, ...hidden, handler: dispatch });
    }
  });
}
