// Requests against their schemas. Query strings and paths are text: there, numbers and truth values are read from it. A
// body is what it says: nothing in it is changed or dropped.

import { MillraceError } from '@millrace/protocol';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/schema';
import { HttpProblem } from './problems.ts';

interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

interface Described {
  readonly type?: unknown;
  readonly items?: Described;
  readonly anyOf?: readonly Described[];
  readonly properties?: { readonly [name: string]: Described };
}

const UNKNOWN_FIELD = 'additionalProperties';
const INTEGER = /^-?\d{1,16}$/;

/** For `setValidatorCompiler`. What is refused is INVALID_REQUEST with the field. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const isText = httpPart !== 'body';
  // At the first request: a start does not pay for the routes that nobody asks.
  let compiled: Validator | undefined;
  return (given: unknown) => {
    compiled ??= Compile(schema);
    const validator: Validator = compiled;
    const value = isText ? fromText(given as Record<string, unknown>, schema) : given;
    if (validator.Check(value)) return { value };
    return { error: refusal(validator.Errors(value)[1], httpPart ?? 'request') };
  };
};

function fromText(given: Record<string, unknown>, schema: Described): Record<string, unknown> {
  const { properties = {} } = schema;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const described = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return [name, described === undefined ? value : read(value, described)];
    }),
  );
}

/** What cannot be read stays text, and is refused as such. */
function read(value: unknown, described: Described): unknown {
  const { type, items, anyOf } = described;
  if (type === 'array') {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return items === undefined ? list : list.map((item) => read(item, items));
  }
  if (anyOf !== undefined) {
    const readings = anyOf.map((one) => read(value, one));
    return readings.find((reading) => reading !== value) ?? value;
  }
  if (typeof value !== 'string') return value;
  if (type === 'integer' && INTEGER.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

/** `/records/3/key` as `records[3].key`. */
function fieldOf(instancePath: string): string {
  const parts = instancePath.split('/').slice(1);
  const names = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names
    .map((name, at) => (/^\d+$/.test(name) ? `[${name}]` : at === 0 ? name : `.${name}`))
    .join('');
}

function memberOf(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function listed(params: object, name: string): string[] {
  const value = (params as Record<string, unknown>)[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** Which of the complaints is told. */
function mainFault(all: readonly Fault[]): Fault | undefined {
  // Of an unknown field it is said at its object as well, by its name.
  const faults = all.filter(({ keyword }) => keyword !== 'boolean');
  const unions = faults.filter(({ keyword }) => keyword === 'anyOf');
  const isOfUnion = ({ instancePath: path }: Fault) =>
    unions.some(({ instancePath: union }) => path === union || path.startsWith(`${union}/`));
  const plain = faults.filter((fault) => !isOfUnion(fault));
  if (plain.length > 0) return plain.find(({ keyword }) => keyword === UNKNOWN_FIELD) ?? plain[0];
  // Each alternative complains: the deepest complaint is nearest to what was meant.
  const [union] = unions;
  const depth = ({ instancePath }: Fault) => instancePath.split('/').length;
  return faults.reduce<Fault | undefined>(
    (best, fault) => (best === undefined || depth(fault) > depth(best) ? fault : best),
    union,
  );
}

function refusal(faults: readonly Fault[], part: string): Error {
  const fault = mainFault(faults);
  if (fault === undefined) return new HttpProblem('MALFORMED_BODY');
  const path = fieldOf(fault.instancePath);
  const where = part === 'querystring' ? 'query' : part;
  if (fault.keyword === UNKNOWN_FIELD) {
    const field = memberOf(path, listed(fault.params, 'additionalProperties')[0] ?? '');
    return invalid(`The ${where} has no field '${field}'.`, field);
  }
  if (fault.keyword === 'required') {
    const field = memberOf(path, listed(fault.params, 'requiredProperties')[0] ?? '');
    return invalid(`The ${where} lacks the field '${field}'.`, field);
  }
  const wrong = fault.keyword === 'anyOf' ? 'has none of the shapes it may have' : fault.message;
  if (path === '') return invalid(`The ${where} ${wrong}.`);
  return invalid(`'${path}' ${wrong}${choicesOf(fault)}.`, path, limitOf(fault));
}

function choicesOf({ keyword, params }: Fault): string {
  return keyword === 'enum' ? `: ${listed(params, 'allowedValues').join(', ')}` : '';
}

function limitOf({ params }: Fault): string | undefined {
  const { limit } = params as { readonly limit?: unknown };
  return typeof limit === 'number' ? `${limit}` : undefined;
}

function invalid(text: string, field?: string, limit?: string): MillraceError {
  return new MillraceError('INVALID_REQUEST', text, { field, limit });
}
