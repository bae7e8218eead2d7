// A fastify server with one route that reads JSON and answers JSON: what HTTP costs without a queue behind it. A program
// of its own: it prints its port and serves until it is killed.

import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';

const app = fastify({ logger: false });
app.addContentTypeParser('application/x-amz-json-1.0', { parseAs: 'string' }, (_, body, done) => {
  done(null, JSON.parse(body as string));
});
app.post('/', (request, reply) => {
  const { MessageBody = '' } = request.body as { MessageBody?: string };
  reply.send({ MD5OfMessageBody: '', MessageId: '', length: MessageBody.length });
});
await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${(app.server.address() as AddressInfo).port}\n`);
