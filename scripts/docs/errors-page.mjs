// The reference page of the error table.
import { APIS, ERRORS } from '../../protocol/dist/index.js';
import { code, table } from './markdown.mjs';

/** Numbers from here on are given by clients and gateways and never come from a broker. */
const CLIENT_FROM = 100;

const ACTIONS = {
  retry: 'Send the same request again after a pause (`retryAfterMs` where the error has it).',
  refresh: 'Fetch metadata, then send again.',
  rejoin: 'Join the group again, then go on.',
  'give up': 'The request cannot succeed as it stands: tell the caller.',
};

/** @param {string} name */
function apisOf(name) {
  return Object.values(APIS)
    .filter(({ errors }) => /** @type {readonly string[]} */ (errors).includes(name))
    .map((api) => api.name);
}

/** docs/reference/errors.md, whole. */
export function renderErrorsReference() {
  const all = Object.entries(ERRORS);
  const rows = (/** @type {typeof all} */ entries) =>
    entries.map(([name, { code: number, action, http, sqs, text }]) => [
      String(number),
      code(name),
      text,
      action,
      String(http),
      code(sqs),
    ]);
  const head = ['number', 'name', 'meaning', 'what to do', 'HTTP', 'SQS'];
  const byApi = all
    .map(([name]) => [code(name), apisOf(name).map(code).join(', ')])
    .filter(([, apis]) => apis !== '');
  return `# Errors

<!-- Generated from protocol/src/errors.ts by \`npm run docs\`. -->

Every error has a number on the wire, a name, and one thing to do about it. \`error.code\` of a \`MillraceError\` is the
name, \`error.action\` what to do, \`error.detail\` the field at fault, the limit that was met and the time to wait, where
there are such. The columns HTTP and SQS are what gateways answer with.

${table(['what to do', 'that is'], Object.entries(ACTIONS))}

A client that does not know a number treats it as \`INTERNAL\`.

## Errors of the broker

${table(head, rows(all.filter(([, spec]) => spec.code < CLIENT_FROM)))}

## Errors of clients and gateways

These never travel from a broker.

${table(head, rows(all.filter(([, spec]) => spec.code >= CLIENT_FROM)))}

## Which requests give them

Errors that are not listed here may come from any request, and \`INVALID_REQUEST\` also from those that are not listed with
it. Only \`STALE_CLAIM\` comes from none: \`TRANSACTION_CONFLICT\` names it.

${table(['error', 'requests'], byApi)}
`;
}
