// As many users and rules as a broker holds: it holds no more, and a decision costs what one name costs, not what there is.
import { LIMITS, type OperationName } from '@millrace/protocol';
import { expect, it } from 'vitest';
import {
  type AclRow,
  applyWrites,
  createShardState,
  type Decision,
  decideAlterAcls,
  decideCreateToken,
  decideCreateUser,
  decideDeleteUser,
  listUsers,
  put,
  type ShardState,
} from '../../src/index.ts';
import { MemoryView } from '../support/memory-view.ts';
import { ruleOf, tokenOf, userOf } from './security-commands.ts';

const CTX = { nowMs: 1_000, random: () => 0.5 };
const VIEW = new MemoryView();

function take<R>(state: ShardState, decision: Decision<R>): R {
  if (decision.error) throw decision.error;
  applyWrites(state, decision.writes);
  return decision.reply;
}

function stateOf(users: number, rules: readonly AclRow[]): ShardState {
  const state = createShardState();
  for (let at = 0; at < users; at += 1) {
    take(state, decideCreateUser(state, VIEW, userOf({ user: `u${at}` }), CTX));
  }
  take(state, decideAlterAcls(state, VIEW, { add: [...rules], remove: [] }, CTX));
  return state;
}

/** Two a user; the last ones are for everybody. */
function rulesOf(users: number): AclRow[] {
  return Array.from({ length: 2 * users }, (_, at) => {
    const isCommon = at >= 2 * users - 20;
    const user = isCommon ? '*' : `u${at % users}`;
    const isPrefix = at < users;
    return ruleOf({
      user,
      name: `t${at}${isPrefix ? '.' : ''}`,
      pattern: isPrefix ? 'prefix' : 'literal',
    });
  });
}

/** ns of a decision: the least of several goes, so that what else the machine does is not measured. */
function costOf({ security }: ShardState, users: number): number {
  const goes = Array.from({ length: 20 }, () => {
    const startedMs = performance.now();
    for (let at = 0; at < 2_000; at += 1) {
      security.authorize(`u${at % users}`, 'read', 'topic', `t${at % users}.events`);
    }
    return ((performance.now() - startedMs) * 1e6) / 2_000;
  });
  return Math.min(...goes);
}

it('[A-53] holds so many users and rules, and one more is refused', () => {
  const { usersMax, aclRulesMax } = LIMITS;
  const state = stateOf(usersMax, rulesOf(aclRulesMax / 2));
  const more = decideCreateUser(state, VIEW, userOf({ user: 'more' }), CTX);
  expect(more.error).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    detail: { field: 'user', limit: '10000 users' },
  });
  const add = [ruleOf({ user: 'u1', name: 'more' })];
  const refused = decideAlterAcls(state, VIEW, { add, remove: [] }, CTX);
  expect(refused.error).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    detail: { field: 'add', limit: '20000 rules' },
  });
  const remove = rulesOf(aclRulesMax / 2).slice(0, 1);
  expect(take(state, decideAlterAcls(state, VIEW, { add, remove }, CTX))).toEqual({
    added: 1,
    removed: 1,
  });
  const page = { users: null, after: 'u9998', limit: LIMITS.usersListedMax };
  expect(take(state, listUsers(state, VIEW, page)).users.map(({ user }) => user)).toEqual([
    'u9999',
  ]);
  expect(take(state, decideDeleteUser(state, VIEW, { user: 'u1' }, CTX)).rules).toBe(3);
  state.security.assertInvariants();
  take(state, decideCreateUser(state, VIEW, userOf({ user: 'more' }), CTX));
});

it('[A-53] holds so many tokens of all users together', () => {
  const state = stateOf(Math.ceil(LIMITS.credentialsMax / LIMITS.credentialsPerUserMax) + 1, []);
  for (let at = 0; at < LIMITS.credentialsMax; at += 1) {
    const user = `u${Math.floor(at / LIMITS.credentialsPerUserMax)}`;
    const expiresAtMs = user === 'u0' ? 500 : null;
    const { tokenId, ...row } = tokenOf({ tokenId: `t${at}`, user, expiresAtMs });
    applyWrites(state, [put('tokens', [tokenId], { ...row, createdAtMs: 0 })]);
  }
  const refused = decideCreateToken(state, VIEW, tokenOf({ tokenId: 'more', user: 'u781' }), CTX);
  expect(refused.error).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    detail: { limit: '50000 in all' },
  });
  // Its own have expired, and make room.
  const own = decideCreateToken(state, VIEW, tokenOf({ tokenId: 'own', user: 'u0' }), CTX);
  expect(own.error).toBeUndefined();
});

it('[A-55] decides among 20,000 rules of 10,000 users as among 20 of 10', () => {
  const few = stateOf(10, rulesOf(10));
  const many = stateOf(LIMITS.usersMax, rulesOf(LIMITS.aclRulesMax / 2));
  for (const state of [few, many]) {
    const may = (operation: OperationName) =>
      state.security.authorize('u7', operation, 'topic', 't7.events');
    expect([may('read'), may('write')]).toEqual([true, false]);
  }
  // A look at every rule would cost a thousand times as much.
  expect(costOf(many, LIMITS.usersMax)).toBeLessThan(100 * costOf(few, 10));
});
