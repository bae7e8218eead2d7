// Golden bytes of every request and response at every version, of error responses, and of payloads to be refused.
import { describe, expect, it } from 'vitest';
import {
  APIS,
  type ApiName,
  apiByKey,
  decodeError,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  decodeResponseHeader,
  ERRORS,
  type ErrorName,
  encodeErrorResponse,
  encodeRequest,
  encodeResponse,
  FrameDecoder,
  MillraceError,
  type RequestInput,
  type ResponseInput,
} from '../../src/index.ts';
import type { ApiSpec } from '../../src/schema.ts';
import { settled } from '../codec/schemas.ts';
import { errorOf } from '../fuzz.ts';
import { bytesOf, demandNone, frozen, hexOf, type Vector } from './frozen.ts';
import { INVALID_PAYLOADS } from './invalid-payloads.ts';
import { SampleMaker } from './sample-values.ts';

interface MessageVector extends Vector {
  readonly api: ApiName;
  readonly version: number;
  readonly correlationId: number;
  readonly body: object;
  /** The whole frame. */
  readonly hex: string;
}

interface ErrorVector extends Vector {
  readonly correlationId: number;
  readonly code: ErrorName;
  readonly message: string;
  readonly detail: { field?: string; limit?: string; retryAfterMs?: number };
  readonly hex: string;
}

const NAMES = Object.keys(APIS) as ApiName[];
const declared = (name: ApiName): ApiSpec => APIS[name];

const requestHex = ({ api, version, correlationId, body }: Omit<MessageVector, 'hex'>) =>
  hexOf(encodeRequest(api, version, correlationId, body as RequestInput<ApiName>));
const responseHex = ({ api, version, correlationId, body }: Omit<MessageVector, 'hex'>) =>
  hexOf(encodeResponse(api, version, correlationId, body as ResponseInput<ApiName>));

/** `Receive v1 least`, `Receive v1 full`, and so on for every API and version. */
function makeMessages(direction: 'request' | 'response'): MessageVector[] {
  const hex = direction === 'request' ? requestHex : responseHex;
  return NAMES.flatMap((api) => {
    const { versions, [direction]: fields } = declared(api);
    const maker = new SampleMaker();
    return Array.from(
      { length: versions.max - versions.min + 1 },
      (_, i) => versions.min + i,
    ).flatMap((version) => {
      const carried = Object.fromEntries(
        Object.entries(fields).filter(([, field]) => field.since <= version),
      );
      const bodies = { least: maker.least(carried), full: maker.full(carried) };
      return Object.entries(bodies).map(([size, body]) => {
        const correlationId = size === 'least' ? 1 : 2 ** 32 - 1;
        const vector = { name: `${api} v${version} ${size}`, api, version, correlationId, body };
        return { ...vector, hex: hex(vector) };
      });
    });
  });
}

function makeErrors(): ErrorVector[] {
  return (Object.keys(ERRORS) as ErrorName[]).flatMap((code) => {
    const all = { field: 'items[3].token', limit: '1000 items', retryAfterMs: 2 ** 32 - 1 };
    return [{}, all].map((detail, i) => {
      const error = new MillraceError(code, undefined, detail);
      const correlationId = i + 1;
      const hex = hexOf(encodeErrorResponse(correlationId, error));
      return { name: `${code} ${i}`, correlationId, code, message: error.message, detail, hex };
    });
  });
}

function payloadOf(hex: string): Uint8Array {
  const payloads = new FrameDecoder().push(bytesOf(hex));
  expect(payloads).toHaveLength(1);
  return payloads[0] ?? Buffer.alloc(0);
}

const MISSING = 'Vectors are missing: run UPDATE_VECTORS=1 npx vitest run protocol/test/golden';

describe('golden requests', () => {
  const vectors = frozen('requests.json', () => makeMessages('request'));

  it('exist for every API and version', () => {
    const names = makeMessages('request').map(({ name }) => name);
    const lacking = names.filter((name) => !vectors.some((vector) => vector.name === name));
    expect(() => demandNone(lacking, MISSING)).not.toThrow();
  });

  it.each(vectors)('$name', (vector) => {
    const { api, version, correlationId, body, hex } = vector;
    const header = decodeRequestHeader(payloadOf(hex));
    expect(header).toMatchObject({ apiKey: APIS[api].key, apiVersion: version, correlationId });
    expect(decodeRequest(api, version, header.fields)).toEqual(
      settled(declared(api).request, body),
    );
    expect(requestHex(vector)).toBe(hex);
  });
});

describe('golden responses', () => {
  const vectors = frozen('responses.json', () => makeMessages('response'));

  it('exist for every API and version', () => {
    const names = makeMessages('response').map(({ name }) => name);
    const lacking = names.filter((name) => !vectors.some((vector) => vector.name === name));
    expect(() => demandNone(lacking, MISSING)).not.toThrow();
  });

  it.each(vectors)('$name', (vector) => {
    const { api, version, correlationId, body, hex } = vector;
    const header = decodeResponseHeader(payloadOf(hex));
    expect(header).toMatchObject({ correlationId, errorCode: 0 });
    expect(decodeResponse(api, version, header.fields)).toEqual(
      settled(declared(api).response, body),
    );
    expect(responseHex(vector)).toBe(hex);
  });
});

describe('golden error responses', () => {
  const vectors = frozen('error-responses.json', makeErrors);

  it('exist for every error', () => {
    const codes = new Set(vectors.map(({ code }) => code));
    const lacking = (Object.keys(ERRORS) as ErrorName[]).filter((code) => !codes.has(code));
    expect(() => demandNone(lacking, MISSING)).not.toThrow();
  });

  it.each(vectors)('$name', ({ correlationId, code, message, detail, hex }) => {
    const header = decodeResponseHeader(payloadOf(hex));
    expect(header.correlationId).toBe(correlationId);
    const error = decodeError(header.errorCode, header.fields);
    expect(error).toMatchObject({ code, message });
    expect(error.detail).toEqual(detail);
    expect(hexOf(encodeErrorResponse(correlationId, error))).toBe(hex);
  });
});

describe('payloads that are refused', () => {
  const vectors = frozen('invalid-payloads.json', () => INVALID_PAYLOADS);

  it.each(vectors)('$name', ({ hex, error, field }) => {
    const refused = errorOf(() => {
      const { apiKey, apiVersion, fields } = decodeRequestHeader(bytesOf(hex));
      const api = apiByKey(apiKey);
      if (api === undefined) throw new MillraceError('UNKNOWN_API');
      decodeRequest(api, apiVersion, fields);
    });
    expect(refused?.code).toBe(error);
    expect(refused?.detail.field ?? null).toBe(field);
  });
});
