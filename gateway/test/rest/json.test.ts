// JSON that is kept as it was written, and requests against schemas: the pure parts.
import * as fc from 'fast-check';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { keepTexts } from '../../src/rest/json/keep-texts.ts';
import { parseJson } from '../../src/rest/json/parse-json.ts';
import { jsonText, payloadOf, RawJson } from '../../src/rest/json/raw-json.ts';
import { problemOf } from '../../src/rest/problem/send-problem.ts';
import { validatorCompiler } from '../../src/rest/problem/validation.ts';
import { pageOf } from '../../src/rest/schemas/shapes.ts';

const parsed = (text: string) => parseJson(Buffer.from(text)) as Record<string, unknown>;
const kept = (value: unknown) => (value instanceof RawJson ? value.text : undefined);

describe('what is stored is kept as text', () => {
  it.each([
    ['9007199254740993'],
    ['1e400'],
    ['-0.0'],
    ['"a\\"b\\\\"'],
    ['{"b":1, "a" : [ {"}":"]"} ] }'],
    ['[]'],
    ['null'],
    ['"\\ud800"'],
  ])('%s', (text) => {
    expect(kept(parsed(`{"x":[1,{"payload":0}], "payload" : ${text} }`)['payload'])).toBe(text);
    const { records } = parsed(`{"records":[{"key":"a"},{"payload":${text},"k":{"payload":1}}]}`);
    expect(records).toMatchObject([{ key: 'a' }, { k: { payload: 1 } }]);
    expect(kept((records as { payload: unknown }[])[1]?.payload)).toBe(text);
  });

  it('any JSON, however it is written', () => {
    const spaces = fc.constantFrom('', ' ', '\n', '\t ');
    fc.assert(
      fc.property(fc.json(), fc.json(), spaces, fc.string(), (payload, other, space, name) => {
        const members = [
          `${JSON.stringify(`_${name}`)}${space}:${other}`,
          `"payload":${space}${payload}`,
        ];
        const body = parsed(`{${space}${members.join(`${space},`)}${space}}`);
        expect(kept(body['payload'])).toBe(payload.trimEnd());
        expect(body[`_${name}`]).toEqual(JSON.parse(other));
        const list = parsed(`{"items":[${space}{${members.join(',')}}${space},1]}`);
        const [first] = list['items'] as Record<string, unknown>[];
        expect(kept(first?.['payload'])).toBe(payload.trimEnd());
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it('of a member that comes twice the last, of whatever kind it is', () => {
    expect(kept(parsed('{"payload":1,"payload":{"a":2}}')['payload'])).toBe('{"a":2}');
    expect(parsed('{"records":[{"payload":1}],"records":7}')).toEqual({ records: 7 });
    expect(parsed('{"records":[{"payload":1}],"records":[{}]}')).toEqual({ records: [{}] });
    expect(parsed('{"records":{"payload":1},"records":[{"key":"k"}]}')).toEqual({
      records: [{ key: 'k' }],
    });
  });

  it('refuses what is no JSON, or no UTF-8', () => {
    for (const text of ['', '{', '{"a":1}x', '\ufeff{}']) {
      expect(() => parsed(text)).toThrow(/not JSON/);
    }
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(/UTF-8/);
  });

  it('nests as deep as anyone likes', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(kept(parsed(`{"payload":${deep}}`)['payload'])).toBe(deep);
    expect(jsonText(payloadOf(Buffer.from(deep)))).toBe(`{"payload":${deep}}`);
    const body = {};
    keepTexts(`{"x":${deep}}`, body);
    expect(body).toEqual({});
  });
});

describe('bytes in an answer', () => {
  it('are JSON in one line, else text, else base64', () => {
    const shown = (bytes: Uint8Array | string) => jsonText(payloadOf(Buffer.from(bytes)));
    expect(shown('{"n":\n 9007199254740993}')).toBe('{"payload":{"n":  9007199254740993}}');
    expect(shown('hello')).toBe('{"payloadText":"hello"}');
    expect(shown('')).toBe('{"payloadText":""}');
    expect(shown(new Uint8Array([0, 255]))).toBe('{"payloadBase64":"AP8="}');
  });

  it('is JSON as JSON.stringify writes it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(jsonText({ value, nothing: undefined }))).toEqual(
          JSON.parse(JSON.stringify({ value })),
        );
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});

describe('a request against its schema', () => {
  const closed = (properties: Record<string, ReturnType<typeof Type.Integer>>) =>
    Type.Object(properties, { additionalProperties: false });
  const refused = (schema: object, httpPart: string, value: unknown) => {
    const route = { schema: schema as never, method: 'GET', url: '/', httpPart };
    const { error } = validatorCompiler(route)(value) as { error?: Error };
    return error === undefined ? undefined : problemOf(error, 'r');
  };
  const size = closed({ size: Type.Integer({ minimum: 1, maximum: 5 }) });

  it('reads numbers and truth from a query, and from nothing else', () => {
    expect(refused(size, 'querystring', { size: '3' })).toBeUndefined();
    expect(refused(size, 'body', { size: '3' })).toMatchObject({ field: 'size' });
    for (const text of ['', ' 3', '3.0', '0x3', '3e0', '٣', '99999999999999999999']) {
      expect(refused(size, 'querystring', { size: text })).toMatchObject({ field: 'size' });
    }
    expect(refused(size, 'querystring', { size: ['1', '2'] })).toMatchObject({ field: 'size' });
  });

  it('names the field at fault, and the limit', () => {
    expect(refused(size, 'body', { size: 9 })).toMatchObject({ field: 'size', limit: '5' });
    expect(refused(size, 'body', {})).toMatchObject({
      field: 'size',
      detail: expect.stringContaining('lacks'),
    });
    expect(refused(size, 'body', { size: 1, sise: 2 })).toMatchObject({ field: 'sise' });
    const lists = Type.Object({ items: Type.Array(size) }, { additionalProperties: false });
    expect(refused(lists, 'body', { items: [{ size: 1 }, { size: 'x' }] })).toMatchObject({
      field: 'items[1].size',
    });
    const either = Type.Object({
      to: Type.Union([Type.Literal('end'), closed({ offset: Type.Integer({ minimum: 0 }) })]),
    });
    expect(refused(either, 'body', { to: { offset: -1 } })).toMatchObject({ field: 'to.offset' });
    expect(refused(either, 'body', { to: { of: 1 } })).toMatchObject({ field: 'to' });
    expect(refused(size, 'body', JSON.parse('{"size":1,"__proto__":2}'))).toMatchObject({
      field: '__proto__',
    });
  });
});

it('pages go on after the name before', () => {
  const all = ['a', 'b', 'c'].map((name) => ({ name }));
  expect(pageOf(all, { limit: 2 })).toEqual({ page: all.slice(0, 2), next: 'b' });
  expect(pageOf(all, { limit: 2, after: 'b' })).toEqual({ page: all.slice(2), next: null });
  expect(pageOf(all, { limit: 3 }).next).toBeNull();
  expect(pageOf(all, { after: 'bb' }).page).toEqual(all.slice(2));
});
