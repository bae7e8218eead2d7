// Requests that nobody means well with, by the hundred and by fixed seeds: each gets an answer of its protocol's shape,
// and none of them is the gateway's fault.

import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACTIONS, type ActionName } from '../../../src/sqs/model/actions.ts';
import type { Members, Shape } from '../../../src/sqs/model/shape.ts';
import { jsonHeaders, type SqsServer, startSqsServer } from './sqs-server.ts';

const NAMES = Object.keys(ACTIONS) as ActionName[];
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const SEED = 20_261_122;

let open: SqsServer;
let locked: SqsServer;

beforeAll(async () => {
  open = await startSqsServer();
  locked = await startSqsServer({ secrets: { AKID: 'secret' } });
});
afterAll(async () => {
  await Promise.all([open.close(), locked.close()]);
});

interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly url?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string | Buffer;
}

interface Verdict {
  readonly status: number;
  /** The name of the error; empty where there is none. */
  readonly fault: string;
}

/** Checks the shape of the answer. */
async function send(server: SqsServer, sent: Sent): Promise<Verdict> {
  const answer = await server.app.inject({ method: 'POST', url: '/', ...sent });
  const { statusCode: status, body, headers } = answer;
  const isJson = sent.headers['x-amz-target'] !== undefined;
  expect(server.faults).toEqual([]);
  expect(headers).toMatchObject({
    'content-type': isJson ? 'application/x-amz-json-1.0' : 'text/xml',
    'x-amzn-requestid': expect.any(String),
  });
  const fault = isJson ? jsonFault(status, body) : xmlFault(status, body);
  if (fault === undefined) throw new Error(`${status} ${body}`);
  return { status, fault };
}

/** Undefined: the answer has another shape than it should. */
function jsonFault(status: number, body: string): string | undefined {
  const value = JSON.parse(body) as Record<string, unknown>;
  if (status === 200) return '';
  const { __type: type, message, ...rest } = value;
  const isWhole = typeof message === 'string' && Object.keys(rest).length === 0;
  return isWhole
    ? /^com\.amazon(?:aws\.sqs|\.coral\.service)#(\w+)$/.exec(String(type))?.[1]
    : undefined;
}

function xmlFault(status: number, body: string): string | undefined {
  if (status === 404)
    return body === '<UnknownOperationException/>' ? 'UnknownOperation' : undefined;
  if (status === 200) return body.endsWith('Response>') ? '' : undefined;
  return /<Code>(\w+)<\/Code><Message>[^<]*<\/Message>.*<\/ErrorResponse>$/s.exec(body)?.[1];
}

/** A value that a member takes. */
function sample(shape: Shape): unknown {
  if (shape.kind === 'list') return [sample(shape.item)];
  if (shape.kind === 'map') return { name: sample(shape.value) };
  if (shape.kind === 'struct') return sampleOf(shape.members);
  return { text: 'x', integer: 1, flag: true, blob: 'AQID' }[shape.kind];
}

function sampleOf(members: Members): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, { shape }]) => [name, sample(shape)]),
  );
}

interface Place {
  readonly path: readonly (string | number)[];
  readonly kind: Shape['kind'];
}

function placesOf(shape: Shape, path: Place['path']): Place[] {
  const here = { path, kind: shape.kind };
  if (shape.kind === 'list') return [here, ...placesOf(shape.item, [...path, 0])];
  if (shape.kind === 'map') return [here, ...placesOf(shape.value, [...path, 'name'])];
  if (shape.kind === 'struct') return [here, ...placesIn(shape.members, path)];
  return [here];
}

function placesIn(members: Members, path: Place['path']): Place[] {
  return Object.entries(members).flatMap(([name, { shape }]) => placesOf(shape, [...path, name]));
}

function withValueAt(input: unknown, path: Place['path'], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const inner = (input as Record<string | number, unknown>)[first];
  const changed = withValueAt(inner, rest, value);
  if (Array.isArray(input)) return input.with(Number(first), changed);
  return { ...(input as object), [first]: changed };
}

const WRONG: Readonly<Record<Shape['kind'], readonly unknown[]>> = {
  text: [1, true, [], {}],
  integer: ['x', 1.5, true, [], {}, '9'.repeat(17), 1e20],
  flag: ['true', 1, [], {}],
  blob: [1, true, [], {}, '*', 'A'],
  list: ['x', 1, true, {}],
  map: ['x', 1, true, []],
  struct: ['x', 1, true, []],
};

test.each(NAMES)('%s: a value of a wrong type in every place', async (action) => {
  const { input } = ACTIONS[action];
  const right = sampleOf(input);
  expect(await sendJson(action, right)).toEqual({ status: 200, fault: '' });
  for (const { path, kind } of placesIn(input, [])) {
    for (const value of WRONG[kind]) {
      const verdict = await sendJson(action, withValueAt(right, path, value));
      expect({ path, value, ...verdict }).toEqual({
        path,
        value,
        status: 400,
        fault: 'SerializationException',
      });
    }
    const { status } = await sendJson(action, withValueAt(right, path, null));
    expect([200, 400]).toContain(status);
  }
});

function sendJson(action: string, input: unknown): Promise<Verdict> {
  return send(open, { headers: jsonHeaders(action), payload: JSON.stringify(input) });
}

const hostileName = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '');
const memberName = fc.constantFrom(...NAMES.flatMap((name) => Object.keys(ACTIONS[name].input)));
const key = fc.oneof(memberName, hostileName, fc.string({ maxLength: 8 }));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.string({ unit: 'binary', maxLength: 10 }),
    fc.constantFrom(null, true, false, '', '1', 'AQID'),
    fc.double(),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 6 }),
  ),
})).value;

test('any JSON at all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...NAMES), json, async (action, value) => {
      const { status } = await sendJson(action, value);
      expect([200, 400]).toContain(status);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('bodies with bytes changed, cut and doubled', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...NAMES),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
      fc.nat({ max: 400 }),
      async (action, changes, cut) => {
        const body = Buffer.from(JSON.stringify(sampleOf(ACTIONS[action].input)).repeat(2));
        const half = body.subarray(0, cut % 3 === 0 ? cut : body.length / 2);
        for (const [at, byte] of changes) half[at % Math.max(half.length, 1)] = byte;
        const { status } = await send(open, { headers: jsonHeaders(action), payload: half });
        expect([200, 400]).toContain(status);
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
});

const part = fc.oneof(
  memberName,
  hostileName,
  fc.constantFrom(
    'Attribute',
    'Tag',
    'MessageAttribute',
    'SendMessageBatchRequestEntry',
    'TagKey',
    'Name',
    'Key',
    'Value',
    'StringValue',
    'BinaryValue',
    'DataType',
    'Id',
    'MessageBody',
    '0',
    '1',
    '2',
    '999999999',
    '999999999999999999',
    '-1',
    '1e3',
    '01',
  ),
);
const formValue = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map(encodeLossy),
  fc.constantFrom('', '1', 'AQID', '%', '%z', '%ff', '%00', '+', '=', '%F0%9F', '9'.repeat(40)),
);
const parameter = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 9 }), formValue)
  .map(([parts, value]) => `${parts.map(encodeLossy).join('.')}=${value}`);
const form = fc
  .tuple(fc.constantFrom(...NAMES), fc.array(parameter, { maxLength: 12 }))
  .map(([action, parameters]) => [`Action=${action}&QueueUrl=q`, ...parameters].join('&'));

/** Lone surrogates have no encoding. */
function encodeLossy(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

test('forms and query strings of any parameters', async () => {
  await fc.assert(
    fc.asyncProperty(form, fc.boolean(), async (text, isForm) => {
      const verdict = isForm
        ? await send(open, { headers: FORM, payload: text })
        : await send(open, { method: 'GET', url: `/?${text}`, headers: {} });
      expect([200, 400]).toContain(verdict.status);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('forms of any bytes', async () => {
  const bytes = fc.uint8Array({ maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), async (tail, hasAction) => {
      const head = hasAction ? 'Action=SendMessage&MessageBody=' : '';
      const payload = Buffer.concat([Buffer.from(head), tail]);
      const { status } = await send(open, { headers: FORM, payload });
      expect([400, 404]).toContain(status);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test.each([
  ['a map of many names', { Attributes: record(50_000) }],
  ['a list of many texts', { Attributes: Array.from({ length: 50_000 }, () => 'x') }],
  ['many lists', { Attributes: Array.from({ length: 50_000 }, () => []) }],
])('%s costs little', async (_name, more) => {
  expect(await sendJson('SetQueueAttributes', { QueueUrl: 'q', ...more })).toEqual({
    status: 400,
    fault: 'SerializationException',
  });
});

function record(size: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: size }, (_, at) => [`n${at}`, '']));
}

test('a form of many entries is refused', async () => {
  const entries = Array.from({ length: 10_001 }, (_, at) => `TagKey.${at}=x`).join('&');
  const payload = `Action=UntagQueue&QueueUrl=q&${entries}`;
  expect(await send(open, { headers: FORM, payload })).toEqual({
    status: 400,
    fault: 'MalformedInput',
  });
});

const scope = fc.constantFrom(
  'AKID/20261122/eu-west-1/sqs/aws4_request',
  'OTHER/20261122/eu-west-1/sqs/aws4_request',
  'AKID////',
  '/',
);
const noise = fc.stringMatching(/^[ -~]{0,30}$/);
const authorization = fc.oneof(
  noise,
  fc
    .tuple(scope, noise, noise)
    .map(
      ([of, names, hex]) =>
        `AWS4-HMAC-SHA256 Credential=${of}, SignedHeaders=${names}, Signature=${hex}`,
    ),
  scope.map(
    (of) => `AWS4-HMAC-SHA256 Credential=${of}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
  ),
);

test('signatures of any kind, none of them right', async () => {
  const dates = fc.constantFrom('20261122T120000Z', '', 'x', '99999999T999999Z');
  const path = fc.oneof(noise.map(encodeURI), fc.constantFrom('../..', '?%', '?X-Amz-Signature'));
  await fc.assert(
    fc.asyncProperty(authorization, dates, path, async (given, date, at) => {
      const headers = {
        ...jsonHeaders('ListQueues'),
        authorization: given,
        'x-amz-date': date,
      };
      const { status } = await send(locked, { url: `/${at}`, headers, payload: '{}' });
      expect([400, 403]).toContain(status);
      const query = `X-Amz-Credential=${encodeURIComponent(given)}&X-Amz-Date=${date}&${at}`;
      const url = `/?Action=ListQueues&${query}`.replaceAll('#', '');
      const presigned = await send(locked, { method: 'GET', url, headers: {} });
      expect([400, 403]).toContain(presigned.status);
    }),
    { seed: SEED, numRuns: 300 },
  );
  expect(locked.calls).toEqual([]);
});
