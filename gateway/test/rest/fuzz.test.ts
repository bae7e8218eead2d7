// Hostile requests to every route, by a fixed seed: each is answered, soon, by what its fault is, and never by a fault of
// the gateway's own.
import { Random } from '@millrace/harness';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { renderOpenApi } from '../../src/rest/openapi/render-open-api.ts';
import { answerChecker, type Operation, operationsOf, urlOf } from './support/document.ts';
import { type Answer, type Ask, type Json, RestBench } from './support/rest-bench.ts';
import { setStage } from './support/stage.ts';

const SEED = 20_261_122;
const REQUESTS_AN_OPERATION = 40;

const document: Json = JSON.parse(await renderOpenApi());
const check = answerChecker(document);
const operations = operationsOf(document).filter(({ tags }) => !tags.includes('live'));

let bench: RestBench;
beforeAll(async () => {
  bench = await RestBench.start();
});
afterAll(() => bench.close());

/** JSON as text: some of it no program writes. */
const VALUES = [
  'null',
  'true',
  '0',
  '-1',
  '0.5',
  '1e400',
  '-0',
  '9007199254740993',
  '18446744073709551616',
  '""',
  '"x"',
  '"no name"',
  '"\\u0000"',
  '"\\ud800"',
  '"user-events"',
  '"mailers"',
  '"audit"',
  '"nothing"',
  '"1"',
  '{}',
  '[]',
  '[[]]',
  '[null]',
  '{"__proto__":{"topic":"x"}}',
  '{"constructor":{"prototype":1}}',
  '{"toString":1,"length":-1}',
  `"${'x'.repeat(2_000)}"`,
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  '"mailers:r1.1.0.-.0.0.1"',
  '"r1.99999999999.9.-.1.0.1"',
];
const PATHS = ['', '%00', '%2e%2e', '..', '%ff', 'é'.repeat(90), 'n'.repeat(2_000), 'a b', '-1'];
const QUERIES = [
  '',
  '0',
  '-1',
  '1.5',
  'NaN',
  '1e9',
  'true',
  '[]',
  '%00',
  '%ff',
  '9007199254740993',
];
const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/json; charset="',
  'text/plain',
  'application/octet-stream',
  'multipart/form-data',
  'nonsense',
  '',
];
/** Answers by status. */
const seen = new Map<number, number>();
const NOISE = ['', '{', '[]', 'null', '{"a":1}{"b":2}', '\u0000', '{"topic":"\ud800"}'];
/** It would be waited for. */
const WAITS = /waitMs=\d{3,}/;

/** The example with a value somewhere replaced, added or taken away. */
function mutated(random: Random, example: unknown): string {
  const wild = () => random.pick(VALUES);
  const text = (value: unknown, depth: number): string => {
    if (random.chance(0.15)) return wild();
    if (Array.isArray(value)) {
      const items = value.map((item) => text(item, depth + 1));
      if (random.chance(0.1)) items.push(wild());
      return `[${items.join(',')}]`;
    }
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const members = Object.entries(value)
      .filter(() => !random.chance(0.1))
      .map(([name, member]) => `${JSON.stringify(name)}:${text(member, depth + 1)}`);
    if (random.chance(0.15)) members.push(`"payload":${wild()}`);
    if (random.chance(0.1)) members.push(`"${random.pick(['x', '', '__proto__'])}":${wild()}`);
    if (random.chance(0.1)) members.push(...members.slice(0, 1));
    return `{${members.join(',')}}`;
  };
  return text(example, 0);
}

function parametersOf({ spec }: Operation, random: Random): Record<string, string | number> {
  const values: Record<string, string> = { id: 'x', taskId: '1', state: 'fresh' };
  for (const { name, in: place } of (spec.parameters ?? []) as Json[]) {
    if (place === 'query' && random.chance(0.3)) values[name] = random.pick(QUERIES);
  }
  return values;
}

function urlFor(operation: Operation, random: Random): string {
  let url = urlOf(operation, parametersOf(operation, random)).replaceAll('%25', '%');
  if (random.chance(0.15)) url = url.replace(/\/[^/?]+(?=\?|$)/, `/${random.pick(PATHS)}`);
  if (random.chance(0.1))
    url += `${url.includes('?') ? '&' : '?'}${random.pick(['x=1', 'max=1&max=2', '%'])}`;
  return WAITS.test(url) ? url.replace(WAITS, 'waitMs=1') : url;
}

function bodyFor({ spec }: Operation, random: Random): Partial<Ask> {
  const content = spec.requestBody?.content?.['application/json'];
  if (content === undefined && random.chance(0.8)) return {};
  const examples = Object.values<Json>(content?.examples ?? {}).map(({ value }) => value);
  const example = content?.example ?? (examples.length > 0 ? random.pick(examples) : {});
  const headers = { 'content-type': random.chance(0.85) ? (TYPES[0] ?? '') : random.pick(TYPES) };
  if (random.chance(0.1)) return { body: random.pick(NOISE), headers };
  if (random.chance(0.05)) return { body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), headers };
  const body = mutated(random, example);
  return { body: body.replace(/"waitMs":\d{3,}/, '"waitMs":1'), headers };
}

/** Dots lead to the root, and the page is there. */
function isOfThePage(url: string): boolean {
  return new URL(url, 'http://localhost').pathname === '/';
}

/** What is wrong with how a request was answered; undefined: nothing. */
function faultOf(operation: Operation, method: string, answer: Answer): unknown {
  const { status, type, body } = answer;
  if (status >= 500) return 'a fault of the gateway';
  if (status >= 400) {
    return type === 'application/problem+json' && body.status === status ? undefined : 'no problem';
  }
  const isOther = method !== operation.method || operation.spec.responses[status] === undefined;
  return isOther ? undefined : check(operation, answer);
}

it.each(operations.map((operation) => [operation.id, operation] as const))(
  '%s',
  async (_, operation) => {
    const random = new Random(SEED + operations.indexOf(operation));
    await setStage(bench);
    for (let at = 0; at < REQUESTS_AN_OPERATION; at += 1) {
      const isStrange = random.chance(0.05);
      const method = isStrange ? random.pick(['PUT', 'PATCH', 'DELETE', 'GET']) : operation.method;
      const ask: Ask = { method, url: urlFor(operation, random), ...bodyFor(operation, random) };
      const answer = await bench.ask(ask);
      const isPage = answer.status === 200 && isOfThePage(ask.url);
      const fault = isPage ? undefined : faultOf(operation, method, answer);
      const text = answer.text.slice(0, 300);
      const shown = { method, url: ask.url, body: String(ask.body).slice(0, 300), text };
      expect({ ...shown, fault }).toEqual({ ...shown, fault: undefined });
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
    }
  },
);

it('met much that was right, and much that was wrong', () => {
  const count = (from: number, to: number) =>
    [...seen].reduce(
      (sum, [status, times]) => sum + (status >= from && status < to ? times : 0),
      0,
    );
  expect(count(200, 300)).toBeGreaterThan(200);
  expect(count(400, 500)).toBeGreaterThan(600);
  for (const status of [400, 404, 405, 409, 415]) expect(seen.get(status)).toBeGreaterThan(0);
});
