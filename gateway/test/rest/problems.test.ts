// Whatever is thrown becomes problem details that say what helps, and nothing of the gateway's inside.
import { ERRORS, MillraceError } from '@millrace/protocol';
import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { HttpProblem, PROBLEM_CODES } from '../../src/rest/problem/problems.ts';
import { problemOf, sendNotFound, sendProblem } from '../../src/rest/problem/send-problem.ts';

async function answerTo(thrown: unknown) {
  const app = fastify();
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler(sendNotFound);
  app.get('/', () => {
    throw thrown;
  });
  const { statusCode, headers, body } = await app.inject({ url: '/' });
  await app.close();
  return { status: statusCode, headers, text: body, body: JSON.parse(body) };
}

it('says when to try again', async () => {
  const busy = new MillraceError('OVERLOADED', 'A queue is full.', { retryAfterMs: 1_200 });
  const { status, headers, body } = await answerTo(busy);
  expect(headers).toMatchObject({
    'content-type': 'application/problem+json',
    'retry-after': '2',
    'cache-control': 'no-store',
  });
  expect(body).toEqual({
    type: '/problems/OVERLOADED',
    title: ERRORS.OVERLOADED.text,
    status: 503,
    detail: 'A queue is full.',
    code: 'OVERLOADED',
    retryAfterMs: 1_200,
    requestId: expect.any(String),
  });
  expect(status).toBe(503);
});

it('keeps faults of its own to itself', async () => {
  const { status, text } = await answerTo(new TypeError('secret /etc/passwd'));
  expect(status).toBe(500);
  expect(text).not.toMatch(/secret|passwd|TypeError/);
  expect((await answerTo(undefined)).status).toBe(500);
});

it('is 503 where the gateway gave the wait up: who went away hears nothing anyway', async () => {
  for (const code of ['ABORTED', 'CLIENT_CLOSED', 'CANCELLED'] as const) {
    const { status, body } = await answerTo(new MillraceError(code));
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'SHUTTING_DOWN' });
  }
});

it('knows errors of plugins by their status', async () => {
  const limited = Object.assign(new Error('Rate limit exceeded'), { statusCode: 429 });
  expect((await answerTo(limited)).body.code).toBe('TOO_MANY_REQUESTS');
  const teapot = Object.assign(new Error('short and stout'), { statusCode: 418 });
  expect((await answerTo(teapot)).body).toMatchObject({ status: 400, code: 'MALFORMED_BODY' });
  const stranger = await answerTo(new HttpProblem('UNAUTHENTICATED'));
  expect(stranger.headers['www-authenticate']).toContain('Bearer');
});

it('has a status, a title and a path for each code', () => {
  for (const code of PROBLEM_CODES) {
    const error = Object.hasOwn(ERRORS, code)
      ? new MillraceError(code as keyof typeof ERRORS)
      : new HttpProblem(code as HttpProblem['code']);
    const { status, title, type } = problemOf(error, 'r');
    expect({ code, status, title }).toEqual({
      code,
      status: expect.toSatisfy((given: number) => given >= 400 && given !== 499 && given < 600),
      title: expect.stringMatching(/^[A-Z"].{10}/),
    });
    expect(type).toMatch(/^\/problems\/[A-Z_]+$/);
  }
});
