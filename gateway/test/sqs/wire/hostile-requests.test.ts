// Requests that nobody means well with, by the hundred and by fixed seeds: each gets an answer of its protocol's shape,
// and none of them is the gateway's fault.

import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACTIONS, type ActionName } from '../../../src/sqs/model/actions.ts';
import { jsonHeaders, type SqsServer, startSqsServer } from './sqs-server.ts';
import { sampleOf, send, sendJson } from './verdict.ts';

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
      const { status } = await sendJson(open, action, value);
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
  expect(await sendJson(open, 'SetQueueAttributes', { QueueUrl: 'q', ...more })).toEqual({
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
