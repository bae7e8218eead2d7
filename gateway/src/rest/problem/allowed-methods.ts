// A path that exists is not "not found" under another method: it answers 405 with the methods it takes.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../services.ts';
import { HttpProblem } from './problems.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Notes the methods of all routes that are registered from now on. The function it gives answers the others. */
export function watchMethods(app: App): () => void {
  const byPath = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method, exposeHeadRoute }) => {
    const methods = byPath.get(url) ?? new Set<string>();
    for (const one of [method].flat()) methods.add(one);
    if (methods.has('GET') && exposeHeadRoute !== false) methods.add('HEAD');
    byPath.set(url, methods);
  });
  return () => {
    for (const [url, methods] of byPath) {
      if (!url.includes('*')) refuseOthers(app, url, [...methods].toSorted());
    }
  };
}

function refuseOthers(app: App, url: string, allowed: readonly string[]): void {
  const others = METHODS.filter((method) => !allowed.includes(method));
  if (others.length === 0) return;
  const allow = allowed.join(', ');
  // Before the body is read: it may be anything.
  const onRequest = (
    request: FastifyRequest,
    reply: FastifyReply,
    done: (error: Error) => void,
  ): void => {
    reply.header('allow', allow);
    done(new HttpProblem('METHOD_NOT_ALLOWED', `${request.method} is not one of ${allow}.`));
  };
  app.route({
    method: others,
    url,
    schema: { hide: true },
    exposeHeadRoute: false,
    onRequest,
    handler: () => undefined,
  });
}
