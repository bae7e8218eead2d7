// Bytes of any kind never do anything but throw a MillraceError or give a value that fits the declaration.
import * as fc from 'fast-check';
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
  encodeRequest,
  encodeResponse,
  type RequestInput,
  type ResponseInput,
} from '../../src/index.ts';
import type { ApiSpec } from '../../src/schema.ts';
import { codeOf, damage, runs } from '../fuzz.ts';
import { valueOfFields } from './schemas.ts';

const NAMES = Object.keys(APIS) as ApiName[];
const declared = (name: ApiName): ApiSpec => APIS[name];

const KNOWN = [undefined, 'MALFORMED_FRAME', 'INVALID_REQUEST', 'UNSUPPORTED_VERSION'];

/** Reads a request as a broker does. What it lets through can be written again. */
function serve(payload: Uint8Array): void {
  const { apiKey, apiVersion, correlationId, fields } = decodeRequestHeader(payload);
  const name = apiByKey(apiKey);
  if (name === undefined) return;
  const request = decodeRequest(name, apiVersion, fields);
  encodeRequest(name, apiVersion, correlationId, request as RequestInput<ApiName>);
}

function receive(name: ApiName, payload: Uint8Array): void {
  const { errorCode, correlationId, fields } = decodeResponseHeader(payload);
  if (errorCode !== 0) decodeError(errorCode, fields);
  else {
    const response = decodeResponse(name, 1, fields);
    encodeResponse(name, 1, correlationId, response as ResponseInput<ApiName>);
  }
}

describe('codec, hostile bytes', () => {
  it('of no form at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(KNOWN).toContain(codeOf(() => serve(bytes)));
        expect(KNOWN).toContain(codeOf(() => receive('Receive', bytes)));
      }),
      runs(2_000),
    );
  });

  it('that begin like a request', () => {
    const cases = fc.tuple(fc.constantFrom(...NAMES), fc.uint8Array({ maxLength: 60 }));
    fc.assert(
      fc.property(cases, ([name, rest]) => {
        const payload = Uint8Array.from([0x95, APIS[name].key, 1, 1, ...rest]);
        expect(KNOWN).toContain(codeOf(() => serve(payload)));
      }),
      runs(2_000),
    );
  });

  it.each(NAMES)('that were a request and a response once: %s', (name) => {
    const cases = fc.tuple(
      valueOfFields(declared(name).request),
      valueOfFields(declared(name).response),
      damage,
    );
    fc.assert(
      fc.property(cases, ([question, answer, harm]) => {
        const asked = encodeRequest(name, 1, 5, question as RequestInput<ApiName>).subarray(4);
        expect(KNOWN).toContain(codeOf(() => serve(harm(asked))));
        const told = encodeResponse(name, 1, 5, answer as ResponseInput<ApiName>).subarray(4);
        expect(KNOWN).toContain(codeOf(() => receive(name, harm(told))));
      }),
      runs(60),
    );
  });

  it('of a type that the field has not', () => {
    const junk = fc.anything({
      maxDepth: 3,
      withMap: true,
      withTypedArray: true,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), fc.dictionary(fc.string(), junk), (name, extra) => {
        const names = Object.keys(declared(name).request);
        const values = Object.values(extra);
        const body = Object.fromEntries(names.map((field, i) => [field, values[i]]));
        expect(KNOWN).toContain(
          codeOf(() => encodeRequest(name, 1, 1, body as RequestInput<ApiName>)),
        );
      }),
      runs(1_000),
    );
  });
});
