// Fetch: durable batches from offsets on; waits until there are enough bytes or the time is over.

import { MillraceError, type RequestOf, type ResponseInput } from '@millrace/protocol';
import { topicRefusals } from '../access/topic-refusals.ts';
import { type Answer, FetchReply } from './fetch-reply.ts';
import { FetchSessions } from './fetch-sessions.ts';
import type { Handler, RequestContext } from './handler.ts';
import { longPoll } from './long-poll.ts';
import type { Services } from './services.ts';

type Request = RequestOf<'Fetch'>;
type Reply = ResponseInput<'Fetch'>;

interface Look {
  readonly partitions: Answer[];
  readonly reply: FetchReply;
}

export function createFetchHandler({ shard, metrics }: Services): Handler<'Fetch'> {
  const sessions = new FetchSessions(shard);

  const refusalsOf = (context: RequestContext) => topicRefusals(context, shard, 'Fetch', 'read');

  function look(request: Request, context: RequestContext): Look {
    const reply = new FetchReply(shard, bytesMaxOf(request, context), refusalsOf(context));
    return { partitions: request.partitions.map((asked) => reply.read(asked)), reply };
  }

  async function fetchOnce(request: Request, context: RequestContext): Promise<Reply> {
    const found = await longPoll({
      tryNow: () => look(request, context),
      enough: ({ reply }) => isEnough(request, reply),
      waitMs: request.maxWaitMs,
      join: (attempt) => shard.waiters.waitForAppend(request.partitions, attempt),
      signal: context.signal,
    });
    // An error shows state that may be staged only: a topic just created or deleted, a start just moved.
    if (found.reply.hasErrors) await shard.durable();
    metrics.fetched(found.reply.records, found.reply.bytes);
    return { partitions: found.partitions };
  }

  function fetchOn(request: Request, context: RequestContext): Promise<Reply> {
    const session = sessions.find(context.connection, request);
    if (session === undefined) return Promise.resolve({ partitions: [] });
    return session.inTurn(async () => {
      if (context.signal.reason !== undefined) throw context.signal.reason;
      sessions.change(context.connection, session, request);
      const found = await longPoll({
        tryNow: () => session.look(bytesMaxOf(request, context), refusalsOf(context)),
        enough: ({ reply }) => isEnough(request, reply) || session.isAwaited,
        waitMs: request.maxWaitMs,
        join: (attempt) => session.wait(attempt),
        signal: context.signal,
      });
      const answers = session.answersOf(found);
      if (found.reply.hasErrors) await shard.durable();
      session.sent(answers);
      metrics.fetched(found.reply.records, found.reply.bytes);
      return { partitions: [...answers.values()] };
    });
  }

  return (request, context) => {
    if (request.sessionId !== 0) return fetchOn(request, context);
    mustStandAlone(request);
    return fetchOnce(request, context);
  };
}

function bytesMaxOf({ maxBytes }: Request, { connection }: RequestContext): number {
  return Math.min(maxBytes, connection.replyRoomBytes);
}

function isEnough({ minBytes }: Request, { bytes, hasErrors, isFull }: FetchReply): boolean {
  return bytes >= minBytes || hasErrors || isFull;
}

function mustStandAlone({ isNewSession, forgotten }: Request): void {
  if (!isNewSession && forgotten === null) return;
  const message = 'A session has an id from 1 on.';
  throw new MillraceError('INVALID_REQUEST', message, { field: 'sessionId', limit: 'from 1 on' });
}
