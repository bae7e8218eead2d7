// For every problem that an operation declares a request that meets it: made from the operation where that can be, else
// from the table of `told-refusals.ts`.

import { codesOf, exampleAsks, type Operation, urlOf, type Values } from './document.ts';
import { type Ask, BODY_BYTES_MAX, type Json, type RestBench } from './rest-bench.ts';
import { doneMessage } from './stage.ts';
import { type Refusal, TOLD } from './told-refusals.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const FILLED = { taskId: 999_999, state: 'fresh' };
const LONG = 'n'.repeat(300);

function urlWith(operation: Operation, values: Values): string {
  return urlOf(operation, { ...FILLED, ...values });
}

/** With the first example as its body. */
function askWith(operation: Operation, values: Values): Ask {
  return exampleAsks(operation, { ...FILLED, ...values })[0] as Ask;
}

/** Of a group with a lease: the operation is then asked. */
async function lease(bench: RestBench): Promise<Json> {
  const { body } = await bench.get('/consume?topic=user-events&group=mailers&max=1');
  return body.messages[0];
}

type Made = (operation: Operation) => Refusal;

const MADE: { readonly [code: string]: Made } = {
  MALFORMED_JSON: (operation) => (_, values) => {
    return { ...askWith(operation, values), body: '{"a":', headers: JSON_TYPE };
  },
  UNSUPPORTED_MEDIA_TYPE: (operation) => (_, values) => {
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    return { ...askWith(operation, values), body: '--b--', headers };
  },
  BODY_TOO_LARGE: (operation) => (_, values) => {
    const body = JSON.stringify('x'.repeat(BODY_BYTES_MAX));
    return { ...askWith(operation, values), body, headers: JSON_TYPE };
  },
  INVALID_REQUEST: (operation) => (_, values) => {
    const { method, spec, path } = operation;
    if (spec.requestBody !== undefined) {
      const url = urlWith(operation, values);
      return { method, url, body: { nonsense: 1 } };
    }
    const inQuery = (spec.parameters ?? []).some((one: Json) => one.in === 'query');
    const url = urlWith(operation, values);
    if (inQuery) return { method, url: `${url}${url.includes('?') ? '&' : '?'}nonsense=1` };
    return { method, url: path.replace(/\{\w+\}/, LONG).replaceAll(/\{\w+\}/g, 'x') };
  },
  UNKNOWN_TOPIC: (operation) => (_, values) => {
    return askWith(operation, { ...values, topic: 'nothing' });
  },
  UNKNOWN_GROUP: (operation) => (_, values) => {
    return askWith(operation, { ...values, group: 'nothing', queue: 'nothing' });
  },
  GROUP_KIND_MISMATCH: (operation) => (_, values) => {
    return askWith(operation, { ...values, group: 'audit', queue: 'audit' });
  },
  INVALID_NAME: (operation) => (_, values) => {
    return askWith(operation, { ...values, group: 'no name', queue: 'no name', topic: 'no name' });
  },
  OFFSET_OUT_OF_RANGE:
    (operation) =>
    (_, { id = '', ...values }) => {
      const beyond = `${id}`.replace(/.{4}$/, 'ffff');
      return askWith(operation, { ...values, id: beyond, queue: 'mailers' });
    },
  TOPIC_NOT_IN_GROUP:
    (operation) =>
    (_, { elsewhere = '', ...values }) => {
      const queue = 'mailers';
      return askWith(operation, { ...values, id: elsewhere, topic: 'mails', queue });
    },
  MESSAGE_FRESH:
    (operation) =>
    (_, { id = '', ...values }) => {
      // The third of its topic: others lease before it.
      const fresh = `${id}`.replace(/.{4}$/, '0002');
      return askWith(operation, { ...values, id: fresh, queue: 'mailers' });
    },
  ALREADY_RESOLVED: (operation) => async (bench, values) => {
    return askWith(operation, { ...values, ...(await doneMessage(bench)), queue: 'mailers' });
  },
  UNKNOWN_SCHEDULE: (operation) => (_, values) => {
    return askWith(operation, { ...values, schedule: 'nothing' });
  },
  UNKNOWN_TASK: (operation) => (_, values) => askWith(operation, values),
  MESSAGE_LEASED: (operation) => async (bench, values) => {
    const { id } = await lease(bench);
    return askWith(operation, { ...values, id, queue: 'mailers' });
  },
  TASK_ENDED: (operation) => async (bench, values) => {
    const { admin } = bench.open.session.client;
    const { taskId } = await admin.startRedrive({ topic: 'user-events.dlq', dryRun: true });
    await admin.waitForTask(taskId, { intervalMs: 10 });
    return askWith(operation, { ...values, taskId });
  },
};

/** One for each problem that can be made. */
export function refusalsOf(operation: Operation): Refusal[] {
  const codes = codesOf(operation).map(({ code }) => code);
  return codes.flatMap((code) => {
    const refusal = TOLD[operation.id]?.[code] ?? MADE[code]?.(operation);
    return refusal === undefined ? [] : [refusal];
  });
}
