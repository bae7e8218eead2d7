// Signatures that botocore 1.44.5 made, by a clock that stood still, and everything that may be wrong with one.

import { expect, test } from 'vitest';
import { SqsError } from '../../../src/sqs/errors.ts';
import { createVerifier, type SignedRequest } from '../../../src/sqs/sign/verify.ts';

const SECRETS = new Map([['AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY']]);
const SIGNED_AT_MS = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const SCOPE = 'AKIDEXAMPLE/20261122/eu-west-1/sqs/aws4_request';

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_REQUEST: Sent = {
  method: 'POST',
  url: '/',
  headers: {
    Host: 'localhost:7651',
    'Content-Type': 'application/x-amz-json-1.0',
    'X-Amz-Target': 'AmazonSQS.SendMessage',
    'x-amzn-query-mode': 'true',
    'X-Amz-Date': '20261122T120000Z',
    Authorization:
      `AWS4-HMAC-SHA256 Credential=${SCOPE}, ` +
      'SignedHeaders=content-type;host;x-amz-date;x-amz-target;x-amzn-query-mode, ' +
      'Signature=7173a127384f794892f73bb36c1d574564c784d36c7faa0f1d3116780eadb6da',
  },
  body: '{"QueueUrl":"http://localhost:7651/000000000000/q","MessageBody":"hä + &"}',
};

const FORM_REQUEST: Sent = {
  method: 'POST',
  url: '/000000000000/q',
  headers: {
    Host: 'localhost:7651',
    'Content-Type': 'application/x-www-form-urlencoded',
    'X-Amz-Date': '20261122T120000Z',
    Authorization:
      `AWS4-HMAC-SHA256 Credential=${SCOPE}, SignedHeaders=host;x-amz-date, ` +
      'Signature=2347d30b5b8c2534f21b4689bbf233689636bb58b0629f9705e4ce8523a41a62',
  },
  body: 'Action=SendMessage&MessageBody=h%C3%A4+%2B+%26',
};

const PRESIGNED: Sent = {
  method: 'GET',
  url:
    '/000000000000/q?Action=ReceiveMessage&AttributeName.1=All' +
    '&QueueNamePrefix=a%20b%2Bc%2F~%2A%28%27%C3%A4&X-Amz-Algorithm=AWS4-HMAC-SHA256' +
    `&X-Amz-Credential=${SCOPE.replaceAll('/', '%2F')}&X-Amz-Date=20261122T120000Z&X-Amz-Expires=60` +
    '&X-Amz-SignedHeaders=host' +
    '&X-Amz-Signature=2b9ba9ec38681d0df6f85b2654e70945c1f3e9197d8c52686580948620446bb2',
  headers: { Host: 'localhost:7651' },
  body: '',
};

/** The error, as `Name: text`; undefined where the signature is right. */
function verdict(sent: Sent, nowMs = SIGNED_AT_MS): string | undefined {
  const verifier = createVerifier({ service: 'sqs', nowMs: () => nowMs });
  const entries = Object.entries(sent.headers);
  const request: SignedRequest = {
    method: sent.method,
    headers: Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value])),
    rawHeaders: entries.flat(),
  };
  try {
    const signature = verifier.read(request, sent.url);
    const secret = SECRETS.get(signature.scope.accessKeyId);
    verifier.check(signature, request, sent.url, Buffer.from(sent.body), secret);
    return undefined;
  } catch (error) {
    if (!(error instanceof SqsError)) throw error;
    return `${error.error}: ${error.message}`;
  }
}

function withHeaders(sent: Sent, headers: Readonly<Record<string, string>>): Sent {
  return { ...sent, headers: { ...sent.headers, ...headers } };
}

function withAuthorization(sent: Sent, change: (text: string) => string): Sent {
  return withHeaders(sent, { Authorization: change(sent.headers['Authorization'] ?? '') });
}

const MISMATCH = /^SignatureDoesNotMatch: The request signature we calculated does not match/;

test.each([
  ['of the JSON protocol', JSON_REQUEST],
  ['of a form', FORM_REQUEST],
  ['in a query string', PRESIGNED],
])('a right signature %s', (_name, sent) => {
  expect(verdict(sent)).toBeUndefined();
});

test('a request line may have the whole URL', () => {
  for (const sent of [JSON_REQUEST, FORM_REQUEST, PRESIGNED]) {
    expect(verdict({ ...sent, url: `http://localhost:7651${sent.url}` })).toBeUndefined();
  }
  const url = 'http://localhost:7651/000000000000/r';
  expect(verdict({ ...FORM_REQUEST, url })).toContain('SignatureDoesNotMatch');
});

test('spaces in a header and between parameters do not matter', () => {
  const spaced = withHeaders(JSON_REQUEST, { 'x-amzn-query-mode': '  true ' });
  expect(verdict(spaced)).toBeUndefined();
  expect(verdict(withAuthorization(JSON_REQUEST, (text) => text.replaceAll(', ', ',')))).toBe(
    undefined,
  );
});

test.each([
  ['body', { ...JSON_REQUEST, body: `${JSON_REQUEST.body} ` }],
  ['body of a form', { ...FORM_REQUEST, body: FORM_REQUEST.body.replace('Send', 'Purge') }],
  ['method', { ...FORM_REQUEST, method: 'GET' }],
  ['path', { ...FORM_REQUEST, url: '/000000000000/r' }],
  ['query string', { ...JSON_REQUEST, url: '/?Action=DeleteQueue' }],
  ['presigned parameter', { ...PRESIGNED, url: PRESIGNED.url.replace('=All', '=None') }],
  ['presigned expiry', { ...PRESIGNED, url: PRESIGNED.url.replace('=60', '=61') }],
  ['presigned body', { ...PRESIGNED, body: 'x' }],
  ['host', withHeaders(JSON_REQUEST, { Host: 'localhost' })],
  ['action', withHeaders(JSON_REQUEST, { 'X-Amz-Target': 'AmazonSQS.DeleteQueue' })],
  ['region', withAuthorization(JSON_REQUEST, (text) => text.replace('eu-west', 'us-west'))],
  ['signature', withAuthorization(JSON_REQUEST, (text) => text.replace('=7173', '=8173'))],
  ['signature’s length', withAuthorization(JSON_REQUEST, (text) => text.slice(0, -2))],
  ['signature’s digits', withAuthorization(JSON_REQUEST, (text) => text.replace('=7173', '=zzzz'))],
  ['header’s absence', withHeaders(JSON_REQUEST, { 'x-amzn-query-mode': '' })],
])('another %s does not match', (_name, sent) => {
  expect(verdict(sent)).toMatch(MISMATCH);
});

test('a header that is not signed may change', () => {
  expect(verdict(withHeaders(FORM_REQUEST, { 'Content-Type': 'text/plain' }))).toBeUndefined();
});

test('an action that is not signed is refused', () => {
  expect(verdict(withHeaders(FORM_REQUEST, { 'X-Amz-Target': 'AmazonSQS.PurgeQueue' }))).toBe(
    "SignatureDoesNotMatch: 'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.",
  );
});

test('a host that is not signed is refused', () => {
  const sent = withAuthorization(FORM_REQUEST, (text) => text.replace('=host;', '='));
  expect(verdict(sent)).toBe(
    "SignatureDoesNotMatch: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
  );
});

test('a body that is said not to be signed, or to be another, is refused', () => {
  for (const hash of ['UNSIGNED-PAYLOAD', 'e3b0c442']) {
    expect(verdict(withHeaders(JSON_REQUEST, { 'x-amz-content-sha256': hash }))).toBe(
      "SignatureDoesNotMatch: The value of the header 'x-amz-content-sha256' does not match what was computed of the body.",
    );
  }
});

test('times: fifteen minutes either way, and the expiry of a presigned request', () => {
  expect(verdict(JSON_REQUEST, SIGNED_AT_MS + 15 * MINUTE)).toBeUndefined();
  expect(verdict(JSON_REQUEST, SIGNED_AT_MS - 15 * MINUTE)).toBeUndefined();
  expect(verdict(JSON_REQUEST, SIGNED_AT_MS + 16 * MINUTE)).toBe(
    'SignatureDoesNotMatch: Signature expired: 20261122T120000Z is now earlier than ' +
      '20261122T120100Z (20261122T121600Z - 15 min.)',
  );
  expect(verdict(JSON_REQUEST, SIGNED_AT_MS - 16 * MINUTE)).toBe(
    'SignatureDoesNotMatch: Signature not yet current: 20261122T120000Z is still later than ' +
      '20261122T115900Z (20261122T114400Z + 15 min.)',
  );
  expect(verdict(PRESIGNED, SIGNED_AT_MS + MINUTE)).toBeUndefined();
  expect(verdict(PRESIGNED, SIGNED_AT_MS + MINUTE + 1_000)).toBe(
    'SignatureDoesNotMatch: Signature expired: 20261122T120000Z is now earlier than ' +
      '20261122T120001Z (20261122T120101Z - 60 sec.)',
  );
});

test('nobody has the key', () => {
  const sent = withAuthorization(JSON_REQUEST, (text) => text.replace('AKIDEXAMPLE', 'AKIDOTHER'));
  expect(verdict(sent)).toBe(
    'InvalidClientTokenId: The security token included in the request is invalid.',
  );
});

test('nothing is signed', () => {
  const { Authorization: _none, ...headers } = JSON_REQUEST.headers;
  expect(verdict({ ...JSON_REQUEST, headers })).toBe(
    'MissingAuthenticationToken: Request is missing Authentication Token',
  );
});

const INCOMPLETE = 'IncompleteSignature: ';

test.each([
  ['Basic dGVzdA==', "Unsupported AWS 'algorithm': 'Basic'."],
  [
    `AWS4-ECDSA-P256-SHA256 Credential=${SCOPE}`,
    "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.",
  ],
  [
    'AWS4-HMAC-SHA256',
    "Authorization header requires 'Credential' parameter. " +
      "Authorization header requires 'Signature' parameter. " +
      "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256",
  ],
  [
    `AWS4-HMAC-SHA256 Credential=${SCOPE}, SignedHeaders=host`,
    "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256",
  ],
  [
    'AWS4-HMAC-SHA256 Credential=foo, SignedHeaders=host, Signature=00',
    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'foo'",
  ],
])('half a signature in the header: %s', (Authorization, text) => {
  expect(verdict(withHeaders(JSON_REQUEST, { Authorization }))).toBe(INCOMPLETE + text);
});

test('half a signature in the query string', () => {
  const url = PRESIGNED.url.replace(/&X-Amz-(?:Date|SignedHeaders)=[^&]*/g, '');
  expect(verdict({ ...PRESIGNED, url })).toBe(
    `${INCOMPLETE}AWS query-string parameters must include 'X-Amz-SignedHeaders'. ` +
      "AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
  );
  for (const expires of ['0', '604801', '-1', 'x', '']) {
    const other = PRESIGNED.url.replace('Expires=60', `Expires=${expires}`);
    expect(verdict({ ...PRESIGNED, url: other })).toBe(
      `${INCOMPLETE}X-Amz-Expires must be between 1 and 604800 seconds.`,
    );
  }
});

test.each(['', 'yesterday', '20261122T250000Z', '20260230T120000Z', '2026-11-22T12:00:00Z'])(
  'a time that is none: %j',
  (time) => {
    expect(verdict(withHeaders(JSON_REQUEST, { 'X-Amz-Date': time }))).toBe(
      `${INCOMPLETE}Date must be in ISO-8601 'basic format'. Got '${time}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  },
);

test('no time at all, and one in the header Date', () => {
  const { 'X-Amz-Date': _none, ...headers } = FORM_REQUEST.headers;
  expect(verdict({ ...FORM_REQUEST, headers })).toBe(
    `${INCOMPLETE}Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256`,
  );
  const dated = { ...headers, Date: 'Sun, 22 Nov 2026 12:00:00 GMT' };
  expect(verdict({ ...FORM_REQUEST, headers: dated })).toMatch(MISMATCH);
});

test.each([
  ['/sqs/', '/s3/', "Credential should be scoped to correct service: 'sqs'. "],
  [
    'aws4_request',
    'aws5',
    "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. ",
  ],
  [
    '/20261122/',
    '/20261121/',
    'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
      "'20261121' != '20261122', from '20261122T120000Z'.",
  ],
])('a scope with %s as %s', (from, to, text) => {
  const sent = withAuthorization(JSON_REQUEST, (given) => given.replace(from, to));
  expect(verdict(sent)).toBe(`SignatureDoesNotMatch: ${text}`);
});
