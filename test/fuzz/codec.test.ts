// Payloads made from the API tables: each is decoded, or refused with a typed error; and what is decoded is the same again
// when it is encoded and decoded once more.

import { isDeepStrictEqual } from 'node:util';
import type { Random } from '@millrace/harness';
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
  MillraceError,
} from '@millrace/protocol';
import { damagedBytes } from './support/damage.ts';
import { fuzzTests, type Target } from './support/fuzz.ts';
import { type Packable, pack } from './support/pack.ts';
import { API_NAMES, fieldValues } from './support/wire-values.ts';

const VERSION = 1;
const FRAME_HEAD_BYTES = 4;

/** The first byte says whose payload it is: 0 a request's, otherwise a response's to the API of this number. */
const codec: Target = {
  name: 'codec',
  make(random) {
    const api = random.pick(API_NAMES);
    const isRequest = random.chance(0.5);
    const head: Packable[] = isRequest ? requestHead(random, api) : responseHead(random);
    const fields = isRequest ? APIS[api].request : APIS[api].response;
    const payload = pack([...head, ...fieldValues(random, fields)]);
    const bytes = random.chance(0.3) ? damagedBytes(random, payload) : payload;
    return Buffer.concat([Buffer.from([isRequest ? 0 : API_NAMES.indexOf(api) + 1]), bytes]);
  },
  faultOf(input) {
    const payload = input.subarray(1);
    try {
      return input[0] === 0 ? requestFault(payload) : responseFault(payload, (input[0] ?? 1) - 1);
    } catch (error) {
      if (error instanceof MillraceError && error.message.length > 0) return undefined;
      return `threw ${String(error)}`;
    }
  },
};

function requestHead(random: Random, api: ApiName): Packable[] {
  return random.chance(0.95)
    ? [APIS[api].key, VERSION, random.between(0, 9)]
    : [random.between(0, 300), 99];
}

function responseHead(random: Random): Packable[] {
  return [random.between(0, 9), random.chance(0.8) ? 0 : random.between(1, 200)];
}

function requestFault(payload: Uint8Array): string | undefined {
  const { apiKey, apiVersion, correlationId, fields } = decodeRequestHeader(payload);
  const api = apiByKey(apiKey);
  if (api === undefined || apiVersion !== VERSION) return undefined;
  const body = decodeRequest(api, VERSION, fields);
  const again = encodeRequest(api, VERSION, correlationId, body as never);
  const { fields: back } = decodeRequestHeader(again.subarray(FRAME_HEAD_BYTES));
  return isDeepStrictEqual(decodeRequest(api, VERSION, back), body)
    ? undefined
    : `${api} differs when it is encoded again`;
}

function responseFault(payload: Uint8Array, at: number): string | undefined {
  const { correlationId, errorCode, fields } = decodeResponseHeader(payload);
  if (errorCode !== 0) {
    return decodeError(errorCode, fields) instanceof MillraceError ? undefined : 'no error';
  }
  const api = API_NAMES[at] ?? 'Hello';
  const body = decodeResponse(api, VERSION, fields);
  const again = encodeResponse(api, VERSION, correlationId, body as never);
  const { fields: back } = decodeResponseHeader(again.subarray(FRAME_HEAD_BYTES));
  return isDeepStrictEqual(decodeResponse(api, VERSION, back), body)
    ? undefined
    : `${api} differs when it is encoded again`;
}

fuzzTests(codec, 800);
