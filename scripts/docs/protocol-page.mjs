// The reference page of the API tables and the limits.
import { APIS, ERRORS, LIMITS } from '../../protocol/dist/index.js';
import { code, number, table } from './markdown.mjs';

/** @typedef {import('../../protocol/dist/schema.js').AnyField} AnyField */
/** @typedef {import('../../protocol/dist/schema.js').Fields} Fields */
/** @typedef {import('../../protocol/dist/schema.js').ApiSpec} ApiSpec */

/** @type {readonly ApiSpec[]} */
const APIS_LISTED = Object.values(APIS).toSorted((a, b) => a.key - b.key);

/** Errors that some API names; all others of the broker may come from any request. */
const SPECIFIC = new Set(APIS_LISTED.flatMap(({ errors }) => errors));
/** Every request is checked for it; an API that names it has reasons of its own besides. */
const ANYWHERE = 'INVALID_REQUEST';
/** Never the error of a request: TRANSACTION_CONFLICT says it of a part. */
const OF_PARTS = 'STALE_CLAIM';
const CLIENT_FROM = 100;

/**
 * @param {AnyField} field
 * @returns {string}
 */
function typeOf({ shape }) {
  switch (shape.kind) {
    case 'int':
    case 'float':
      return `${shape.kind}, ${number(shape.min)} to ${number(shape.max)}`;
    case 'bool':
      return 'bool';
    case 'string':
    case 'bytes':
      return `${shape.kind}, at most ${number(shape.bytesMax)} bytes`;
    case 'choice':
      return shape.values.map((word, position) => `${position} ${code(word)}`).join(', ');
    case 'array':
      return `array of ${inner(shape.item)}, at most ${number(shape.countMax)}`;
    case 'map':
      return `map of string to ${inner(shape.value)}, at most ${number(shape.countMax)}`;
    case 'struct':
      break;
  }
  return 'struct';
}

/** @param {AnyField} field */
function inner(field) {
  return field.shape.kind === 'struct' ? 'struct' : `(${typeOf(field)})`;
}

/** @param {AnyField} field */
function absent({ nullable, omittable, fallback }) {
  if (nullable) return 'nil';
  return omittable ? code(JSON.stringify(fallback)) : '';
}

/**
 * A row a field; the fields of a struct follow it under their path.
 *
 * @param {Fields} fields
 * @param {string} prefix
 * @returns {string[][]}
 */
function rowsOf(fields, prefix = '') {
  return Object.entries(fields).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const since = field.since > 1 ? ` Since version ${field.since}.` : '';
    const row = [code(path), typeOf(field), absent(field), `${field.about}${since}`];
    return [row, ...nested(field, path)];
  });
}

/**
 * @param {AnyField} field
 * @param {string} path
 * @returns {string[][]}
 */
function nested({ shape }, path) {
  if (shape.kind === 'struct') return rowsOf(shape.fields, `${path}.`);
  if (shape.kind === 'array') return nested(shape.item, `${path}[]`);
  return shape.kind === 'map' ? nested(shape.value, `${path}{}`) : [];
}

/** @param {Fields} fields */
function fieldsTable(fields) {
  if (Object.keys(fields).length === 0) return 'No fields.';
  return table(['field', 'type', 'when absent', 'meaning'], rowsOf(fields));
}

/** @param {ApiSpec} api */
function section({ key, name, about, versions, idempotent, request, response, errors }) {
  const range = versions.min === versions.max ? versions.min : `${versions.min} to ${versions.max}`;
  const again = idempotent
    ? 'Sending it twice has the effect of sending it once.'
    : 'Sending it twice may take effect twice.';
  const own = errors.length === 0 ? 'none' : errors.map(code).join(', ');
  return `## ${name}

${about}

Key ${key}, version ${range}. ${again} Errors of its own: ${own}.

Request:

${fieldsTable(request)}

Response:

${fieldsTable(response)}
`;
}

/** docs/reference/protocol.md, whole. */
export function renderProtocolReference() {
  const index = APIS_LISTED.map(({ key, name, about }) => [
    String(key),
    `[${name}](#${name.toLowerCase()})`,
    about,
  ]);
  const general = Object.entries(ERRORS)
    .filter(([name, { code: value }]) => value < CLIENT_FROM && name !== OF_PARTS)
    .filter(([name]) => name === ANYWHERE || !SPECIFIC.has(name))
    .map(([name]) => code(name));
  const limits = Object.entries(LIMITS).map(([name, value]) => [code(name), number(value)]);
  return `# Requests and responses

<!-- Generated from protocol/src/api and protocol/src/limits.ts by \`npm run docs\`. -->

What every request and response carries. [The protocol](../protocol.md) says how it becomes bytes,
[Errors](errors.md) what each error means.

Fields are positional, in the order of these tables, after the header. A field with something in "when absent" may be
nil or, at the end, missing: a reader then takes what the column says. \`items[].token\` is the field \`token\` of each
struct in the array \`items\`; \`{}\` stands for the values of a map. A struct is an array of its fields.
A choice is sent as its position in the list.

Any request may also get ${general.join(', ')}.

This implementation packs and unpacks batches with the codecs ${code('none')}, ${code('gzip')} and ${code('brotli')}; with ${code('zstd')} where its runtime has it; with ${code('lz4')} and ${code('snappy')} where their packages are installed. Hello says which of them there are.

${table(['key', 'request', 'purpose'], index)}

${APIS_LISTED.map(section).join('\n')}
## Limits

Bytes, milliseconds or plain counts, as the name says. \`Hello\` tells the limits of the broker at hand.

${table(['limit', 'value'], limits)}
`;
}
