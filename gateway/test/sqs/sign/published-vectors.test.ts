// The canonical request against the test suite that AWS publishes for Signature Version 4: the request as it stands
// there, and the signature that it must have.

import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonicalRequest, sha256Hex } from '../../../src/sqs/sign/canonical.ts';
import { createSigningKeys } from '../../../src/sqs/sign/signing-keys.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const TIME = '20150830T123600Z';
const SCOPE = {
  accessKeyId: 'AKIDEXAMPLE',
  date: '20150830',
  region: 'us-east-1',
  service: 'service',
  terminator: 'aws4_request',
};
const HEADERS: readonly string[] = ['Host', 'example.amazonaws.com', 'X-Amz-Date', TIME];

function asSent(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

interface Vector {
  readonly name: string;
  readonly method?: string;
  readonly url?: string;
  readonly headers?: readonly string[];
  readonly signed?: string;
  readonly body?: string;
  readonly signature: string;
}

const VECTORS: readonly Vector[] = [
  {
    name: 'get-vanilla',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'post-vanilla',
    method: 'POST',
    signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  },
  {
    name: 'get-vanilla-query-order-key-case',
    url: '/?Param2=value2&Param1=value1',
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    name: 'get-vanilla-utf8-query',
    url: asSent('/?ሴ=bar'),
    signature: '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  },
  {
    name: 'get-vanilla-query-unreserved',
    url: `/?${'-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz='.repeat(2).slice(0, -1)}`,
    signature: '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
  },
  {
    name: 'get-utf8',
    url: asSent('/ሴ'),
    signature: '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
  },
  {
    name: 'get-slashes',
    url: '//example//',
    signature: '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
  },
  {
    name: 'get-relative-relative',
    url: '/example1/example2/../..',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'get-space',
    url: '/example space/',
    signature: '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
  },
  {
    name: 'get-header-key-duplicate',
    headers: ['My-Header1', 'value2', 'My-Header1', 'value2', 'My-Header1', 'value1'],
    signed: 'host;my-header1;x-amz-date',
    signature: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
  },
  {
    name: 'get-header-value-trim',
    headers: ['My-Header1', ' value1', 'My-Header2', ' "a   b   c"'],
    signed: 'host;my-header1;my-header2;x-amz-date',
    signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  },
  {
    name: 'post-x-www-form-urlencoded-parameters',
    method: 'POST',
    headers: ['Content-Type', 'application/x-www-form-urlencoded; charset=utf8'],
    signed: 'content-type;host;x-amz-date',
    body: 'Param1=value1',
    signature: '1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe',
  },
];

test.each(VECTORS)('$name', ({ method = 'GET', url = '/', headers = [], ...rest }) => {
  const { signed = 'host;x-amz-date', body = '', signature } = rest;
  const rawHeaders = [...headers, ...HEADERS];
  const canonical = canonicalRequest(
    { method, url, rawHeaders },
    signed.split(';'),
    createHash('sha256').update(body).digest('hex'),
  );
  const scope = `${SCOPE.date}/${SCOPE.region}/${SCOPE.service}/${SCOPE.terminator}`;
  const text = `AWS4-HMAC-SHA256\n${TIME}\n${scope}\n${sha256Hex(canonical)}`;
  const key = createSigningKeys()(SECRET, SCOPE);
  expect(createHmac('sha256', key).update(text).digest('hex')).toBe(signature);
});
