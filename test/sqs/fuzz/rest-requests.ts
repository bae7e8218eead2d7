// Requests of the REST routes by seed, made from the OpenAPI document: paths, parameters and bodies that are sound,
// nasty, or damaged.

import type { Random } from '@millrace/harness';
import type { Ask } from '../support/wire.ts';
import { oddHeaders, wellFormed } from './sqs-requests.ts';
import { damaged, nastyNumber, nastyText, nastyValue } from './values.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema?: Schema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { schema?: Schema }>> };
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head'];

export function routesOf({ paths }: OpenApi): Route[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

export class RestRequests {
  readonly #routes: readonly Route[];
  readonly #schemas: Readonly<Record<string, Schema>>;
  readonly #names: readonly string[];

  constructor(document: OpenApi, names: readonly string[]) {
    this.#routes = routesOf(document);
    this.#schemas = document.components?.schemas ?? {};
    this.#names = names;
  }

  make(random: Random): Ask {
    const { method, path, operation } = random.pick(this.#routes);
    const { parameters = [], requestBody } = operation;
    const query = new URLSearchParams();
    for (const { name, in: place, schema = {} } of parameters) {
      if (place === 'query' && random.chance(0.5))
        query.append(name, this.#text(random, name, schema));
    }
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(wellFormed(this.#text(random, name, {}))),
    );
    const [type = 'application/json', { schema } = {}] =
      Object.entries(requestBody?.content ?? {})[0] ?? [];
    const body = schema === undefined ? '' : JSON.stringify(this.#value(random, schema, '', 0));
    return {
      method: random.chance(0.95) ? method : random.pick(['PUT', 'PATCH', 'DELETE', 'TRACE']),
      path: `${random.chance(0.97) ? filled : `${filled}%zz`}?${query.toString()}`,
      headers: {
        ...(body !== '' && { 'content-type': random.chance(0.95) ? type : 'text/plain' }),
        ...oddHeaders(random),
      },
      body: random.chance(0.1) ? damaged(random, body) : body,
    };
  }

  #text(random: Random, name: string, schema: Schema): string {
    // Nobody waits for long here.
    if (/wait/i.test(name)) return random.pick(['0', '1', '-1', 'x']);
    if (random.chance(0.2)) return nastyText(random).slice(0, 400);
    const value = this.#value(random, schema, name, 0);
    return typeof value === 'string' || typeof value === 'number'
      ? `${value}`
      : random.pick(this.#names);
  }

  #value(random: Random, schema: Schema, name: string, depth: number): unknown {
    if (depth > 6) return null;
    if (/wait/i.test(name)) return random.pick([0, 1, -1]);
    if (random.chance(0.07)) return nastyValue(random);
    if (schema.$ref !== undefined) {
      const named = this.#schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {};
      return this.#value(random, named, name, depth + 1);
    }
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined && choices.length > 0) {
      return this.#value(random, random.pick(choices), name, depth + 1);
    }
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined && schema.enum.length > 0) return random.pick(schema.enum);
    if (schema.properties !== undefined) return this.#object(random, schema, depth);
    const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
    if (type === 'array') {
      const length = random.between(0, 3);
      return Array.from({ length }, () => this.#value(random, schema.items ?? {}, name, depth + 1));
    }
    if (type === 'integer' || type === 'number') {
      return random.chance(0.2) ? nastyNumber(random) : random.between(schema.minimum ?? 0, 50);
    }
    if (type === 'boolean') return random.chance(0.5);
    return random.pick(this.#names);
  }

  #object(random: Random, { properties = {}, required = [] }: Schema, depth: number): object {
    const names = Object.keys(properties).filter(
      (name) => random.chance(0.4) || (required.includes(name) && random.chance(0.95)),
    );
    return Object.fromEntries(
      names.map((name) => [name, this.#value(random, properties[name] ?? {}, name, depth + 1)]),
    );
  }
}
