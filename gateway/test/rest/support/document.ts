// The OpenAPI document as tests read it: its operations, their examples as requests, and validators of their answers.

import { createRequire } from 'node:module';
import type { Answer, Ask, Json } from './rest-bench.ts';

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly tags: readonly string[];
  readonly spec: Json;
}

export function operationsOf(document: Json): Operation[] {
  return Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, spec]) => {
      return { id: spec.operationId, method: method.toUpperCase(), path, tags: spec.tags, spec };
    }),
  );
}

/** Its codes by status, of those it names. */
export function codesOf({ spec }: Operation): { status: number; code: string }[] {
  return Object.entries<Json>(spec.responses).flatMap(([status, response]) => {
    const media = response.content?.['application/problem+json'];
    if (status === 'default' || media === undefined) return [];
    return Object.keys(media.examples).map((code) => ({ status: Number(status), code }));
  });
}

function examplesOf(media: Json): unknown[] {
  if (media.example !== undefined) return [media.example];
  return Object.values<Json>(media.examples ?? {}).map(({ value }) => value as unknown);
}

export type Values = Readonly<Record<string, string | number>>;

/** The path with its parameters, and the query that has an example; `values` go before examples. */
export function urlOf({ id, path, spec }: Operation, values: Values = {}): string {
  const given = (spec.parameters ?? []) as Json[];
  const textOf = (parameter: Json): string => {
    const value = values[parameter.name] ?? parameter.example;
    if (value === undefined) throw new Error(`${id}: ${parameter.name} has no example`);
    return encodeURIComponent(`${value}`);
  };
  const inPath = given.filter((one) => one.in === 'path');
  const inQuery = given.filter((one) => {
    return one.in === 'query' && (one.required || one.example !== undefined || one.name in values);
  });
  const filled = inPath.reduce<string>(
    (url, one) => url.replace(`{${one.name}}`, textOf(one)),
    path,
  );
  const query = inQuery.map((one) => `${one.name}=${textOf(one)}`).join('&');
  return query === '' ? filled : `${filled}?${query}`;
}

/** Requests with all examples of its body; one request where it has none. */
export function exampleAsks(operation: Operation, values: Values = {}): Ask[] {
  const { method, spec } = operation;
  const url = urlOf(operation, values);
  const content = spec.requestBody?.content;
  if (content === undefined) return [{ method, url }];
  return Object.entries<Json>(content).flatMap(([type, media]) =>
    examplesOf(media).map((body) => ({ method, url, body, headers: { 'content-type': type } })),
  );
}

type Validate = ((value: unknown) => boolean) & { readonly errors?: unknown };
interface Validator {
  addSchema(schema: object, key: string): void;
  getSchema(key: string): Validate | undefined;
}

/** Fastify brings a validator along. */
function newValidator(): Validator {
  const require = createRequire(import.meta.resolve('fastify'));
  const module = require('ajv/dist/2020.js') as { default: new (options: object) => Validator };
  return new module.default({ strict: false, validateFormats: false, allErrors: false });
}

/** What is wrong with an answer by what is declared; undefined: nothing. */
export function answerChecker(document: Json): (operation: Operation, answer: Answer) => unknown {
  const validator = newValidator();
  validator.addSchema(document, 'document');
  const escaped = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');
  return ({ method, path, spec }, { status, type, body, text }) => {
    const declared = spec.responses[status];
    if (declared === undefined) return `status ${status} is not declared: ${text}`;
    if (declared.content === undefined) return text === '' ? undefined : `has a body: ${text}`;
    if (declared.content[type] === undefined) return `type '${type}' is not declared`;
    const pointer = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      `${status}`,
      'content',
      type,
    ];
    const key = `document#/${[...pointer, 'schema'].map(escaped).map(encodeURIComponent).join('/')}`;
    const validate = validator.getSchema(key);
    if (validate === undefined) return `no schema at ${key}`;
    return validate(body ?? text) ? undefined : { errors: validate.errors, body };
  };
}
