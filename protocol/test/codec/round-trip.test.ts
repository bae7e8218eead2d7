// Whatever fits a declaration comes out of the wire as it went in, through standard MessagePack alone.
import * as fc from 'fast-check';
import { Unpackr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { compileCodec } from '../../src/codec/codec.ts';
import { holdsFloat } from '../../src/codec/holds-float.ts';
import {
  APIS,
  type ApiName,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  decodeResponseHeader,
  encodeRequest,
  encodeResponse,
  FrameDecoder,
  type RequestInput,
  type ResponseInput,
} from '../../src/index.ts';
import { checkMessagePack } from '../../src/message-pack/check-message-pack.ts';
import { packFrame, unpackChecked } from '../../src/message-pack/pack-values.ts';
import type { ApiSpec, Fields } from '../../src/schema.ts';
import { runs } from '../fuzz.ts';
import { fields, settled, valueOfFields } from './schemas.ts';

const NAMES = Object.keys(APIS) as ApiName[];
const declared = (name: ApiName): ApiSpec => APIS[name];

/** The payload of the one frame in the bytes. */
function payloadOf(frame: Uint8Array): Uint8Array {
  const payloads = new FrameDecoder().push(frame);
  expect(payloads).toHaveLength(1);
  return payloads[0] ?? Buffer.alloc(0);
}

function throughTheWire(schema: Fields, value: object): object {
  const codec = compileCodec(schema, 1, 'request');
  const out: unknown[] = [];
  codec.encode(value, out);
  const payload = payloadOf(packFrame(out));
  const hasFloat = checkMessagePack(payload, 1_000);
  expect(hasFloat && !holdsFloat(schema)).toBe(false);
  return codec.decode(unpackChecked(payload) as unknown[], 0);
}

describe('codec, round trips', () => {
  it('of random values of random declarations', () => {
    const cases = fields.chain((schema) => fc.tuple(fc.constant(schema), valueOfFields(schema)));
    fc.assert(
      fc.property(cases, ([schema, value]) => {
        expect(throughTheWire(schema, value)).toEqual(settled(schema, value));
      }),
      runs(500),
    );
  });

  it.each(NAMES)('of requests and responses: %s', (name) => {
    const { key, request, response, versions } = declared(name);
    const cases = fc.tuple(
      valueOfFields(request),
      valueOfFields(response),
      fc.nat(0xffff_ffff),
      fc.integer(versions),
    );
    fc.assert(
      fc.property(cases, ([question, answer, correlationId, version]) => {
        const asked = encodeRequest(
          name,
          version,
          correlationId,
          question as RequestInput<ApiName>,
        );
        const header = decodeRequestHeader(payloadOf(asked));
        expect(header).toMatchObject({ apiKey: key, apiVersion: version, correlationId });
        expect(decodeRequest(name, version, header.fields)).toEqual(settled(request, question));

        const told = encodeResponse(name, version, correlationId, answer as ResponseInput<ApiName>);
        const back = decodeResponseHeader(payloadOf(told));
        expect(back).toMatchObject({ correlationId, errorCode: 0 });
        expect(decodeResponse(name, version, back.fields)).toEqual(settled(response, answer));
      }),
      runs(40),
    );
  });

  it('leaves bytes where they arrived', () => {
    const batch = Buffer.alloc(1_000, 1);
    const body = { batches: [{ topicId: 1, partition: 2, batch }] };
    const payload = payloadOf(encodeRequest('Produce', 1, 1, body));
    const request = decodeRequest('Produce', 1, decodeRequestHeader(payload).fields);
    expect(request.batches[0]?.batch.buffer).toBe(payload.buffer);
  });

  it('gives any unpacker of MessagePack integers in integer format', () => {
    const values = [2 ** 32, 2 ** 53 - 1, 1_767_225_600_000, 2 ** 31, 2 ** 32 - 1];
    for (const target of values) {
      const out: unknown[] = [];
      compileCodec(APIS.ListOffsets.response, 1, 'response').encode(
        {
          partitions: [{ topicId: 1, partition: 0, errorCode: 0, offset: target, timestampMs: -1 }],
        },
        out,
      );
      const payload = payloadOf(packFrame(out));
      expect(checkMessagePack(payload, 1_000)).toBe(false);
      const unpacked = new Unpackr({ int64AsType: 'bigint' }).unpack(payload) as unknown[][][];
      expect(unpacked[0]?.[0]?.[4]).toBe(target > 0xffff_ffff ? BigInt(target) : target);
    }
  });
});
