// The OpenAPI document, generated from the routes, and a page to browse and try it. Both need nothing but this gateway:
// no scripts, fonts or checks from elsewhere.

import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../services.ts';
import { GATEWAY_VERSION } from '../../version.ts';
import { ProblemSchema } from '../schemas/shapes.ts';
import { shareParts } from './shared-parts.ts';

/** Tags in the order of the page. */
const TAGS = {
  topics: 'Topics: create, look, change, delete.',
  produce: 'Append messages.',
  consume: 'Lease messages through a share group and say what became of them; or read the log.',
  groups: 'Consumer groups and share groups.',
  queues: 'Queues: a topic and a share group of the same name.',
  jobs: 'Jobs: an id now, a result later.',
  schedules: 'Messages that come again and again.',
  brokers: 'How brokers are.',
  session: 'How a page logs in.',
  dashboard: 'Counts of all queues at a glance.',
  live: 'Counts, and topics as they grow.',
  meta: 'This document, and what problems mean.',
} as const;

const ABOUT =
  'One topic is a log and a queue. Beside this API the same port speaks the Amazon SQS API; see the guide for both.';

/** Of a broker that asks who its users are; others look at neither. */
const SECURITY_SCHEMES = {
  token: { type: 'http', scheme: 'bearer', description: 'A token of a user.' },
  password: { type: 'http', scheme: 'basic', description: 'A user and its password.' },
} as const;

/** Before all routes: what is registered earlier is not in the document. */
export async function registerOpenApi(app: App): Promise<void> {
  app.addSchema(ProblemSchema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Millrace', version: GATEWAY_VERSION, description: ABOUT },
      components: { securitySchemes: SECURITY_SCHEMES },
      security: [{}, { token: [] }, { password: [] }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    },
    convertConstToEnum: false,
    transformObject: (given) =>
      'openapiObject' in given ? shareParts(given.openapiObject) : given.swaggerObject,
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => {
        const { $id } = json;
        return typeof $id === 'string' ? $id : `def-${i}`;
      },
    },
  });
}

const PAGE_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  // The page sets styles of elements by script.
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'font-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** The document at /openapi.json, and the page at /docs. */
export async function registerDocs(app: App): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY,
    theme: { title: 'Millrace' },
    uiConfig: {
      // Otherwise the page asks a service on the internet what it thinks of the document.
      validatorUrl: null,
      layout: 'BaseLayout',
      docExpansion: 'list',
      displayRequestDuration: true,
      tryItOutEnabled: true,
    },
  });
  let text: string | undefined;
  app.get(
    '/openapi.json',
    { schema: { hide: true } },
    (_request: FastifyRequest, reply: FastifyReply) => {
      text ??= JSON.stringify(app.swagger());
      return reply.type('application/json; charset=utf-8').send(text);
    },
  );
}
