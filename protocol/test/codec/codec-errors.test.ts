// What does not fit a declaration is refused by name, in both directions, before anything is sent or believed.
import { describe, expect, it } from 'vitest';
import {
  type ApiName,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  decodeResponseHeader,
  encodeRequest,
  LIMITS,
  type MillraceError,
  type RequestInput,
} from '../../src/index.ts';
import { packFrame } from '../../src/message-pack/pack-values.ts';
import { codeOf, errorOf } from '../fuzz.ts';

/** Any body, also a wrong one. */
function encode<N extends ApiName>(api: N, body: object): Uint8Array {
  return encodeRequest(api, 1, 1, body as RequestInput<N>);
}

function decode<N extends ApiName>(api: N, values: readonly unknown[]) {
  const { fields } = decodeRequestHeader(packFrame([0, 1, 1, ...values]).subarray(4));
  return decodeRequest(api, 1, fields);
}

function faultOf(act: () => unknown): string {
  const error = errorOf(act) as MillraceError;
  const { field, limit } = error.detail;
  return `${error.code} ${field}${limit === undefined ? '' : ` (${limit})`}`;
}

const item = { topicId: 1, partition: 0, firstOffset: 1, lastOffset: 1, token: 1, kind: 'accept' };
const wireItem: readonly unknown[] = [1, 0, 1, 1, 1, 0, null, null, null];
const SAFE = '0 to 9007199254740991';

describe('codec, faults of what is to be sent', () => {
  it.each([
    [{ ...item, token: -1 }, `items[1].token (${SAFE})`],
    [{ ...item, token: 1.5 }, 'items[1].token'],
    [{ ...item, token: 2 ** 53 }, `items[1].token (${SAFE})`],
    [{ ...item, token: Number.NaN }, 'items[1].token'],
    [{ ...item, token: '1' }, 'items[1].token'],
    [{ ...item, token: undefined }, 'items[1].token'],
    [{ ...item, token: null }, 'items[1].token'],
    [{ ...item, partition: LIMITS.partitionsPerTopicMax }, 'items[1].partition (0 to 1023)'],
    [{ ...item, kind: 'accepted' }, 'items[1].kind'],
    [{ ...item, errorText: 'é'.repeat(600) }, 'items[1].errorText (1024 bytes)'],
    [{ ...item, errorText: '\ud800' }, 'items[1].errorText'],
    [{ ...item, delayMs: -1 }, 'items[1].delayMs (0 to 31536000000)'],
    [null, 'items[1]'],
    [7, 'items[1]'],
  ])('%j', (second, field) => {
    const body = { group: 'g', items: [item, second] };
    expect(faultOf(() => encode('Acknowledge', body))).toBe(`INVALID_REQUEST ${field}`);
  });

  it('names counts, maps and bytes', () => {
    const topics = Array.from({ length: LIMITS.receiveTopicsMax + 1 }, () => 't');
    const receive = { group: 'g', memberId: 'm', topics };
    expect(faultOf(() => encode('Receive', receive))).toBe('INVALID_REQUEST topics (32 items)');
    expect(faultOf(() => encode('Receive', { ...receive, topics: 't' }))).toBe(
      'INVALID_REQUEST topics',
    );
    const topic = { name: 't', annotations: { 'a b': 3 } };
    expect(faultOf(() => encode('CreateTopic', topic))).toBe('INVALID_REQUEST annotations["a b"]');
    const key = { name: 't', annotations: { ['k'.repeat(513)]: 'v' } };
    expect(faultOf(() => encode('CreateTopic', key))).toContain('(512 bytes)');
    const batch = { batches: [{ topicId: 1, partition: 0, batch: [1, 2] }] };
    expect(faultOf(() => encode('Produce', batch))).toBe('INVALID_REQUEST batches[0].batch');
    const config = { name: 't', config: { retentionMs: -2 } };
    expect(faultOf(() => encode('CreateTopic', config))).toContain('config.retentionMs');
    const group = { group: 'g', topics: [], config: { backoffFactor: Number.NaN } };
    expect(faultOf(() => encode('CreateShareGroup', group))).toContain('config.backoffFactor');
  });

  it('says it in words', () => {
    const error = errorOf(() =>
      encode('Acknowledge', { group: 'g', items: [{ ...item, token: -1 }] }),
    );
    expect(error?.message).toBe('Acknowledge: items[0].token: -1 is out of range.');
  });

  it('does not build a frame beyond the limit', () => {
    const batch = Buffer.alloc(LIMITS.batchBytesMax);
    const entry = { topicId: 1, partition: 0, batch };
    expect(codeOf(() => encode('Produce', { batches: [entry] }))).toBeUndefined();
    expect(codeOf(() => encode('Produce', { batches: [entry, entry] }))).toBe('FRAME_TOO_LARGE');
  });

  it('knows no version outside the range', () => {
    for (const version of [0, 2, 1.5, -1, Number.NaN]) {
      expect(codeOf(() => encodeRequest('Cancel', version, 1, { target: 1 }))).toBe(
        'UNSUPPORTED_VERSION',
      );
    }
  });
});

describe('codec, faults of what arrived', () => {
  it.each([
    [['g', [wireItem, wireItem.with(4, -1)]], `items[1].token (${SAFE})`],
    [['g', [wireItem.with(4, 2n ** 53n)]], `items[0].token (${SAFE})`],
    [['g', [wireItem.with(4, 2n ** 64n - 1n)]], `items[0].token (${SAFE})`],
    [['g', [wireItem.with(4, -(2n ** 63n))]], `items[0].token (${SAFE})`],
    [['g', [wireItem.with(4, null)]], 'items[0].token'],
    [['g', [wireItem.with(4, true)]], 'items[0].token'],
    [['g', [wireItem.with(5, 5)]], 'items[0].kind (0 to 4)'],
    [['g', [wireItem.with(7, 'x'.repeat(1_025))]], 'items[0].errorText (1024 bytes)'],
    [['g', [wireItem.slice(0, 4)]], 'items[0].token'],
    [['g', ['item']], 'items[0]'],
    [['g', new Map()], 'items'],
    [['g'], 'items'],
    [[], 'group'],
    [[Buffer.from('g'), []], 'group'],
  ] as [unknown[], string][])('field %#', (values, field) => {
    expect(faultOf(() => decode('Acknowledge', values))).toBe(`INVALID_REQUEST ${field}`);
  });

  it('a count beyond its limit', () => {
    const names = Array.from({ length: LIMITS.receiveTopicsMax + 1 }, () => 't');
    expect(faultOf(() => decode('Receive', ['g', names, 'm']))).toBe(
      'INVALID_REQUEST topics (32 items)',
    );
  });

  it('an integer in float format', () => {
    expect(codeOf(() => decode('Cancel', [1.5]))).toBe('INVALID_REQUEST');
    expect(codeOf(() => decode('Cancel', [2 ** 33]))).toBe('INVALID_REQUEST');
    const floats = Buffer.from('94000101cb3ff0000000000000', 'hex');
    expect(codeOf(() => decodeRequest('Cancel', 1, decodeRequestHeader(floats).fields))).toBe(
      'INVALID_REQUEST',
    );
  });

  it('a map with keys that are not text', () => {
    const body = ['t', null, null, new Map([[1, 'v']])];
    expect(faultOf(() => decode('CreateTopic', body))).toBe('INVALID_REQUEST annotations[1]');
  });

  it('refuses a key named __proto__', () => {
    const body = ['t', null, null, new Map([['__proto__', 'v']])];
    const fault = 'INVALID_REQUEST annotations["__proto__"]';
    expect(faultOf(() => decode('CreateTopic', body))).toBe(fault);
    const annotations = JSON.parse('{"__proto__":"v"}') as object;
    expect(faultOf(() => encode('CreateTopic', { name: 't', annotations }))).toBe(fault);
  });

  it.each([
    [7],
    ['text'],
    [[]],
    [[1, 2]],
    [[-1, 1, 1]],
    [[1, 65_536, 1]],
    [[1, 1, 2n ** 32n]],
    [[1, 1, null]],
    [['1', 1, 1]],
    [new Map()],
  ])('a header that is none, %#', (values) => {
    const payload = packFrame(values as unknown[]).subarray(4);
    expect(codeOf(() => decodeRequestHeader(payload))).toBe('MALFORMED_FRAME');
  });

  it('an answer that does not fit', () => {
    const payload = packFrame([1, 0, 'not a list']).subarray(4);
    const { fields } = decodeResponseHeader(payload);
    expect(faultOf(() => decodeResponse('Acknowledge', 1, fields))).toBe('INVALID_REQUEST results');
  });
});

describe('codec, absent and unknown fields', () => {
  it('gives absent fields their default or null', () => {
    expect(decode('Receive', ['g', ['t'], 'm'])).toEqual({
      group: 'g',
      topics: ['t'],
      memberId: 'm',
      maxMessages: 1,
      maxBytes: LIMITS.receiveBytesMax,
      maxWaitMs: 0,
      visibilityTimeoutMs: null,
      attemptId: null,
    });
    expect(decode('Receive', ['g', ['t'], 'm', null, null, null, null]).maxMessages).toBe(1);
  });

  it('ignores fields after those it knows, also inside structs', () => {
    const request = decode('Acknowledge', ['g', [[...wireItem, 'new', 9]], 'newer', [1]]);
    expect(request.items[0]?.token).toBe(1);
    expect(Object.keys(request)).toEqual(['group', 'items']);
  });

  it('lets a writer leave out what it may', () => {
    expect(codeOf(() => encode('Acknowledge', { group: 'g', items: [item] }))).toBeUndefined();
  });
});
