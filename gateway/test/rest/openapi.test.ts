// The OpenAPI document is true: every operation's examples run against a broker and are answered as declared, and every
// problem that an operation declares can be met.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderOpenApi } from '../../src/rest/openapi/render-open-api.ts';
import {
  answerChecker,
  codesOf,
  exampleAsks,
  type Operation,
  operationsOf,
  urlOf,
  type Values,
} from './support/document.ts';
import { refusalsOf } from './support/refusals.ts';
import { type Answer, type Json, RestBench } from './support/rest-bench.ts';
import {
  cleanup,
  deadLetters,
  delayedJob,
  failedJob,
  failedMessage,
  setStage,
  slowTask,
} from './support/stage.ts';

const document: Json = JSON.parse(await renderOpenApi());
const check = answerChecker(document);
/** Streams are answered for as long as somebody listens. */
const operations = operationsOf(document).filter(({ tags }) => !tags.includes('live'));

let bench: RestBench;
beforeAll(async () => {
  bench = await RestBench.start();
});
afterAll(() => bench.close());

/** What an operation needs beyond the stage; it gives the parameters that are known only then. */
const NEEDS: { readonly [id: string]: (at: RestBench) => Promise<Values | undefined> } = {
  undoPurge: async (at) => void (await at.post('/queues/mailers/purge', { undoMs: 60_000 })),
  redriveQueue: deadLetters,
  describeTask: slowTask,
  cancelTask: slowTask,
  describeJob: delayedJob,
  cancelJob: delayedJob,
  retryJob: failedJob,
  retryMessage: failedMessage,
  createQueue: async (at) => void (await at.ask({ method: 'DELETE', url: '/queues/mails' })),
  describeSchedule: cleanup,
  deleteSchedule: cleanup,
  pauseSchedule: cleanup,
  resumeSchedule: cleanup,
  replaceSchedule: cleanup,
  listJobs: async () => ({ state: 'fresh' }),
};

describe('the document', () => {
  it('is OpenAPI 3.1, with a name, a summary and a known tag for each operation', () => {
    expect(document.openapi).toBe('3.1.0');
    const tags = document.tags.map(({ name }: Json) => name);
    for (const { id, spec } of operationsOf(document)) {
      expect({ id, summary: spec.summary }).toEqual({ id, summary: expect.stringMatching(/.{8}/) });
      expect(tags).toEqual(expect.arrayContaining(spec.tags));
    }
    const ids = operationsOf(document).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has an answer for every problem, also of what is live', () => {
    for (const { id, spec } of operationsOf(document)) {
      expect({ id, statuses: Object.keys(spec.responses) }).toEqual({
        id,
        statuses: expect.arrayContaining(['default']),
      });
    }
  });

  it('knows all that may be asked: nothing else is passed over', async () => {
    const values = { ...(await setStage(bench)), taskId: 1, state: 'fresh' };
    for (const operation of operationsOf(document)) {
      if (operation.method !== 'GET' && operation.method !== 'DELETE') continue;
      const url = urlOf(operation, values);
      const more = `${url}${url.includes('?') ? '&' : '?'}odd=1`;
      const { status, body } = await bench.ask({ method: operation.method, url: more });
      expect({ more, status, field: body?.field }).toEqual({ more, status: 400, field: 'odd' });
    }
  });

  it('refers to nothing that it lacks, and nothing in it has two meanings', () => {
    const text = JSON.stringify(document);
    for (const [, part = '', name = ''] of text.matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)) {
      expect(document.components[part]).toHaveProperty([name]);
    }
    expect(text).not.toContain('def-0');
  });

  it('is what the gateway serves, and its page needs nothing from elsewhere', async () => {
    const served = await bench.get('/openapi.json');
    expect(served.body).toEqual(document);
    const page = await bench.get('/docs');
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/https?:\/\//);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|upgrade-insecure-requests|unsafe-eval/);
    const start = await bench.get('/docs/static/swagger-initializer.js');
    expect((await bench.get('/docs/json')).body).toEqual(document);
    expect(start.text).toMatch(/"validatorUrl":\s*null/);
    for (const [, file] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect((await bench.get(`${file}`)).status).toBe(200);
    }
  });

  it('can be tried from its page, and not from another', async () => {
    await setStage(bench);
    const body = { topic: 'user-events', payload: 1 };
    const own = { origin: 'http://127.0.0.1', 'sec-fetch-site': 'same-origin' };
    expect((await bench.post('/produce', body, own)).status).toBe(201);
    const consume = '/consume?topic=user-events&group=mailers';
    const look = { 'sec-fetch-site': 'same-origin', 'user-agent': 'Mozilla/5.0' };
    expect((await bench.get(consume, look)).status).toBe(200);
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await bench.post('/produce', body, foreign)).status).toBe(403);
    expect((await bench.get(consume, foreign)).body.code).toBe('FORBIDDEN_ORIGIN');
    expect((await bench.get(consume, { 'sec-purpose': 'prefetch' })).status).toBe(403);
  });
});

async function run(operation: Operation): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; ; at += 1) {
    const known = await setStage(bench);
    const values = { ...known, ...(await NEEDS[operation.id]?.(bench)) };
    const ask = exampleAsks(operation, values)[at];
    if (ask === undefined) return answers;
    answers.push(await bench.ask(ask));
  }
}

describe('every example is answered as declared', () => {
  it.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s',
    async (_, operation) => {
      const answers = await run(operation);
      expect(answers.length).toBeGreaterThan(0);
      for (const answer of answers) {
        expect({ status: answer.status, text: answer.text }).toMatchObject({
          status: expect.toSatisfy((status: number) => status < 300),
        });
        expect(check(operation, answer)).toBeUndefined();
      }
    },
  );
});

describe('every declared problem can be met', () => {
  it.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s',
    async (_, operation) => {
      const met = new Set<string>();
      const values = await setStage(bench);
      for (const refusal of refusalsOf(operation)) {
        const answer = await bench.ask(await refusal(bench, values));
        if (answer.body?.code === undefined) met.add(`not refused: ${answer.text.slice(0, 100)}`);
        if (answer.body?.code === undefined) continue;
        expect(check(operation, answer)).toBeUndefined();
        expect(answer.body).toMatchObject({
          status: answer.status,
          type: `/problems/${answer.body.code}`,
          detail: expect.stringMatching(/.{8}/),
          requestId: expect.stringMatching(/./),
        });
        met.add(`${answer.status} ${answer.body.code}`);
      }
      const declared = codesOf(operation).map(({ status, code }) => `${status} ${code}`);
      expect([...met].toSorted()).toEqual(declared.toSorted());
    },
  );
});
