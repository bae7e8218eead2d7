// GET /consume: leases messages of a topic through a share group, which is made where it is missing.

import type { LeasedMessage, ReceiveOptions } from '@millrace/client';
import { LIMITS, MillraceError } from '@millrace/protocol';
import type { FastifyRequest } from 'fastify';
import type { App, Services, Session } from '../../services.ts';
import { problems } from '../openapi/responses.ts';
import { HttpProblem } from '../problem/problems.ts';
import { LeasedSchema } from '../schemas/message.ts';
import { closed, GroupName, TopicName } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { type Receive, receiveFor } from './receive-for.ts';

const MAX_DEFAULT = 10;

/** How many are leased, and for how long. */
export const ReceiveQuery = {
  max: Type.Optional(
    Type.Integer({
      description: `At most so many messages; default ${MAX_DEFAULT}.`,
      minimum: 1,
      maximum: LIMITS.receiveMessagesMax,
      examples: [10],
    }),
  ),
  waitMs: Type.Optional(
    Type.Integer({
      description: 'Wait this long for a message; default 0.',
      minimum: 0,
      maximum: LIMITS.receiveWaitMsMax,
    }),
  ),
  visibilityTimeoutMs: Type.Optional(
    Type.Integer({
      description: 'How long the leases last; default: as the group says.',
      minimum: 0,
      maximum: LIMITS.visibilityTimeoutMsMax,
    }),
  ),
};

const DESCRIPTION = `Messages that are not acknowledged before \`deadlineMs\` come again. A group that does not exist is made, over this
topic, with default settings: 30 s a lease, 5 deliveries, then the dead-letter topic \`<topic>.dlq\`. When the caller goes
away before it has the answer, its messages are given back. Pages of other sites, and requests made ahead of a click
(Sec-Purpose), are refused.`;

export function registerConsume(app: App, services: Services): void {
  app.get(
    '/consume',
    {
      // A HEAD would lease what nobody sees.
      exposeHeadRoute: false,
      schema: {
        operationId: 'consume',
        summary: 'Lease messages',
        description: DESCRIPTION.replaceAll('\n', ' '),
        tags: ['consume'],
        querystring: closed({ topic: TopicName, group: GroupName, ...ReceiveQuery }),
        response: {
          200: closed({ messages: Type.Array(LeasedSchema) }),
          ...problems(
            'INVALID_REQUEST',
            'INVALID_NAME',
            'UNKNOWN_TOPIC',
            'TOPIC_NOT_IN_GROUP',
            'GROUP_KIND_MISMATCH',
            'TOO_MANY_IN_FLIGHT',
            'FORBIDDEN_ORIGIN',
          ),
        },
      },
      onRequest: (request, _reply, done) => {
        done(aheadOfUse(request));
      },
    },
    async ({ raw, query }, reply) => {
      const session = services.sessionOf(raw);
      const { topic, group, max = MAX_DEFAULT, waitMs, visibilityTimeoutMs } = query;
      const receive: Receive = (name, options) => receiveOrMake(session, name, topic, options);
      return receiveFor(services, reply, receive, group, {
        topics: topic,
        maxMessages: max,
        maxWaitMs: waitMs,
        visibilityTimeoutMs,
        attemptId: null,
      });
    },
  );
}

/** What a browser asks for before its user does. Pages of other sites are refused for all routes with an effect. */
function aheadOfUse({ headers }: FastifyRequest): HttpProblem | undefined {
  const isAhead = headers['sec-purpose'] !== undefined || headers['purpose'] === 'prefetch';
  if (!isAhead) return undefined;
  const text = 'Receiving leases messages: it is not done ahead of its use.';
  return new HttpProblem('FORBIDDEN_ORIGIN', text);
}

async function receiveOrMake(
  session: Session,
  group: string,
  topic: string,
  options: ReceiveOptions,
): Promise<LeasedMessage<Uint8Array>[]> {
  try {
    return await session.receiver.receive(group, options);
  } catch (error) {
    if (!hasCode(error, 'UNKNOWN_GROUP')) throw error;
  }
  await make(session, group, topic);
  return session.receiver.receive(group, options);
}

async function make({ client }: Session, group: string, topic: string): Promise<void> {
  try {
    await client.admin.createShareGroup({ group, topics: [topic] });
  } catch (error) {
    // Somebody else was faster.
    if (!hasCode(error, 'GROUP_EXISTS')) throw error;
  }
}

function hasCode(error: unknown, code: MillraceError['code']): boolean {
  return error instanceof MillraceError && error.code === code;
}
