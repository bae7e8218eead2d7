// The web page: its files, as they were built. They hold nothing secret, so that whoever may not log in can load them; all
// that they show they ask the REST API for.

import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { App } from '../services.ts';

const POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Their names change with what is in them. */
const ASSETS_MAX_AGE_S = 31_536_000;

const NOT_BUILT = `Millrace serves HTTP here. Its page was not built: run \`npm run build\` where it was installed from.
The REST API is described at /docs, the same for programs at /openapi.json.
`;

/** Routes that need no login, by their patterns. */
export const PAGE_ROUTES = ['/', '/assets/*'] as const;

/** `directory`: undefined where nothing was built. */
export async function registerPage(app: App, directory: string | undefined): Promise<void> {
  await app.register(async (page) => {
    page.addHook('onSend', (_request, reply, _payload, done) => {
      secure(reply);
      done();
    });
    const hidden = { schema: { hide: true } };
    if (directory === undefined) {
      page.get('/', hidden, (_request, reply) =>
        reply.header('cache-control', 'no-cache').type('text/plain; charset=utf-8').send(NOT_BUILT),
      );
      return;
    }
    await page.register(fastifyStatic, {
      root: `${directory}/assets`,
      prefix: '/assets/',
      index: false,
      dotfiles: 'deny',
      preCompressed: true,
      immutable: true,
      maxAge: ASSETS_MAX_AGE_S * 1_000,
    });
    page.get('/', hidden, (_request, reply) =>
      reply
        .sendFile('index.html', directory, { cacheControl: false })
        .header('cache-control', 'no-cache'),
    );
  });
}

function secure(reply: FastifyReply): void {
  reply.header('content-security-policy', POLICY);
  reply.header('x-content-type-options', 'nosniff');
  reply.header('referrer-policy', 'no-referrer');
  reply.header('cross-origin-opener-policy', 'same-origin');
  reply.header('x-frame-options', 'DENY');
}
