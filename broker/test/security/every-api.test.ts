// Every API, by a user without rights, with exactly the rights it takes, without each of them, and with everything but one.

import { readFileSync } from 'node:fs';
import { type ApiName, ERRORS, type RequestInput } from '@millrace/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REQUIREMENTS, renderRequirements } from '../../src/access/requirements.ts';
import type { HandledApiName } from '../../src/handlers/handler.ts';
import type { Reply, WireClient } from '../rim/wire-client.ts';
import type { ApiCase, ApiCases, Right } from './api-case.ts';
import { apiCases } from './api-cases.ts';
import { byToken, SecureBroker } from './secure-broker.ts';

type Rule = RequestInput<'AlterAcls'>['add'][number];
type AnyCase = ApiCase<HandledApiName>;

let secure: SecureBroker;
let admin: WireClient;
let walker: WireClient;
let cases: ApiCases;
let rulesNow: Rule[] = [];

beforeAll(async () => {
  secure = await SecureBroker.open();
  admin = await secure.admin();
  const done = async <N extends ApiName>(asked: Promise<Reply<N>>) => {
    const { error, body } = await asked;
    if (error !== undefined) throw error;
    return { body };
  };
  const { body } = await done(admin.ask('CreateTopic', { name: 'orders' }));
  await done(admin.ask('CreateTopic', { name: 'spare' }));
  await done(admin.ask('CreateShareGroup', { group: 'workers', topics: ['orders'] }));
  const drop = { onExhausted: 'drop' } as const;
  await done(
    admin.ask('CreateShareGroup', { group: 'dropping', topics: ['orders'], config: drop }),
  );
  const offsets = [{ topicId: body?.topicId ?? 0, partition: 0, offset: 0 }];
  await done(admin.ask('OffsetCommit', { group: 'others', offsets }));
  for (const name of ['tick', 'spare']) {
    await done(admin.ask('CreateSchedule', { name, topic: 'orders', everyMs: 3_600_000 }));
  }
  const redrive = await done(admin.ask('StartRedrive', { topic: 'orders.dlq', target: 'spare' }));
  for (const user of ['walker', 'other']) await done(admin.ask('CreateUser', { user }));
  const token = await done(admin.ask('CreateToken', { user: 'walker' }));
  walker = await byToken(secure.port, token.body?.token ?? '');
  const { adminToken } = secure;
  const taskId = redrive.body?.taskId ?? 0;
  cases = apiCases({ orders: body?.topicId ?? 0, taskId, adminToken });
});

afterAll(async () => {
  await secure.close();
});

function ruleOf([operation, resource, text]: Right, effect: 'allow' | 'deny' = 'allow'): Rule {
  const isPrefix = text.endsWith('*');
  const name = isPrefix ? text.slice(0, -1) : text;
  const pattern = isPrefix ? 'prefix' : 'literal';
  return { user: 'walker', effect, resource, pattern, name, operation };
}

/** These and no others. */
async function setRules(rules: readonly Rule[]): Promise<void> {
  const isAmong = (all: readonly Rule[], rule: Rule) =>
    all.some((other) => JSON.stringify(other) === JSON.stringify(rule));
  const add = rules.filter((rule) => !isAmong(rulesNow, rule));
  const remove = rulesNow.filter((rule) => !isAmong(rules, rule));
  const { error } = await admin.ask('AlterAcls', { add, remove });
  if (error !== undefined) throw error;
  rulesNow = [...rules];
}

const EVERYTHING: readonly Rule[] = (['topic', 'group', 'cluster'] as const).map((resource) =>
  ruleOf(['all', resource, resource === 'cluster' ? '' : '*']),
);

function errorCodesIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(errorCodesIn);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    name === 'errorCode' ? [field as number] : errorCodesIn(field),
  );
}

function isRefused(reply: Reply<HandledApiName>, { says, listed }: AnyCase): boolean {
  const { error, body } = reply;
  if (error !== undefined) return error.code === 'NOT_AUTHORIZED' || error.code === says;
  if (errorCodesIn(body).includes(ERRORS.NOT_AUTHORIZED.code)) return true;
  return listed !== undefined && listed(body) === 0;
}

const ask = (api: HandledApiName, { request }: AnyCase) => walker.ask(api, request);

describe.each(Object.keys(REQUIREMENTS) as HandledApiName[])('%s', (api) => {
  const casesOf = () => cases[api] as unknown as readonly AnyCase[];

  test('without rights it is refused, whether or not there is what it names [A-23]', async () => {
    await setRules([]);
    for (const each of casesOf()) {
      const reply = await ask(api, each);
      expect(isRefused(reply, each), `asked for ${JSON.stringify(each.request)}`).toBe(true);
      const absent = JSON.parse(JSON.stringify(each.request), (_, value: unknown) =>
        typeof value === 'string'
          ? value.replace('orders', 'absent').replace('workers', 'nobody')
          : value,
      ) as RequestInput<HandledApiName>;
      // Of names alone: bytes do not outlive JSON, and ids are no names.
      if (JSON.stringify(each.request).includes('topicId')) continue;
      const other = await walker.ask(api, absent);
      expect(other.error?.code).toBe(reply.error?.code);
      expect(errorCodesIn(other.body)).toEqual(errorCodesIn(reply.body));
    }
  });

  test('exactly the rights that it takes are enough [A-24]', async () => {
    for (const each of casesOf()) {
      await setRules(each.needs.map((right) => ruleOf(right)));
      const reply = await ask(api, each);
      expect(isRefused(reply, each), `${JSON.stringify(each.request)} ${reply.error}`).toBe(false);
    }
  });

  test('each of them is needed, and a deny takes it from who has everything [A-24] [A-25]', async () => {
    for (const each of casesOf()) {
      for (const right of each.needs) {
        await setRules(each.needs.filter((other) => other !== right).map((one) => ruleOf(one)));
        expect(isRefused(await ask(api, each), each), `without ${right.join(' ')}`).toBe(true);
        if (each.isAny === true) continue;
        await setRules([...EVERYTHING, ruleOf(right, 'deny')]);
        expect(isRefused(await ask(api, each), each), `denied ${right.join(' ')}`).toBe(true);
      }
    }
  });
});

test('the page of the rules has the table of requirements', () => {
  const page = new URL('../../../docs/semantics/security.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toContain(renderRequirements());
});
