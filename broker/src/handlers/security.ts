// Users, tokens, access keys and access rules: administration. Who may call what is decided before; what is secret is made
// here, given once, and kept as a hash or encrypted.

import {
  checkAccess,
  decideAlterAcls,
  decideAlterUser,
  decideCreateAccessKey,
  decideCreateToken,
  decideCreateUser,
  decideDeleteUser,
  decideRevokeAccessKey,
  decideRevokeToken,
  listAcls,
  listUsers,
} from '@millrace/core';
import { MillraceError, type RequestOf } from '@millrace/protocol';
import { makeAccessKey, takeAccessKey } from '../security/access-keys.ts';
import { requireSecretsKey } from '../security/secrets-key.ts';
import { isTokenOf, makeToken } from '../security/tokens.ts';
import { createCredentialHandlers } from './credentials.ts';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';

export function createSecurityHandlers(services: Services) {
  return {
    ...createCredentialHandlers(services),
    ...createUserHandlers(services),
    ...createTokenHandlers(services),
    ...createAccessKeyHandlers(services),
    ...createRuleHandlers(services),
  };
}

function createUserHandlers({ shard, security }: Services) {
  const create: Handler<'CreateUser'> = (request) =>
    shard.submit((state, view, ctx) => decideCreateUser(state, view, request, ctx));

  const alter: Handler<'AlterUser'> = async (request) => {
    const reply = await shard.submit((state, view, ctx) =>
      decideAlterUser(state, view, request, ctx),
    );
    security.onTakenAway();
    return reply;
  };

  const remove: Handler<'DeleteUser'> = async (request) => {
    const reply = await shard.submit((state, view, ctx) =>
      decideDeleteUser(state, view, request, ctx),
    );
    security.onTakenAway();
    return reply;
  };

  const list: Handler<'ListUsers'> = (query) =>
    shard.submit((state, view) => listUsers(state, view, query));

  return { CreateUser: create, AlterUser: alter, DeleteUser: remove, ListUsers: list };
}

function createTokenHandlers({ shard, security }: Services) {
  /** Who shows a token may take it away: so it has to be that one. */
  const mustBeShown = async ({ tokenId, token }: RequestOf<'RevokeToken'>): Promise<void> => {
    if (token === null) return;
    const isIt = await shard.read(({ security: held }) => isTokenOf(held, tokenId, token));
    if (isIt) return;
    throw new MillraceError('UNKNOWN_TOKEN', undefined, { field: 'tokenId' });
  };

  const create: Handler<'CreateToken'> = async (request, { connection: { access } }) => {
    const { tokenId, token, hash } = makeToken();
    const isDelegated = !access.may('alter', 'cluster', '');
    const command = { ...request, tokenId, hash, isDelegated };
    await shard.submit((state, view, ctx) => decideCreateToken(state, view, command, ctx));
    return { tokenId, token };
  };

  const revoke: Handler<'RevokeToken'> = async (request) => {
    await mustBeShown(request);
    const reply = await shard.submit((state, view, ctx) =>
      decideRevokeToken(state, view, request, ctx),
    );
    security.onTakenAway();
    return reply;
  };

  return { CreateToken: create, RevokeToken: revoke };
}

function createAccessKeyHandlers({ shard, security }: Services) {
  const create: Handler<'CreateAccessKey'> = async (request) => {
    const { user, label, expiresAtMs } = request;
    const isNew = request.accessKeyId === null && request.secret === null;
    const { accessKeyId, secret } = isNew
      ? makeAccessKey()
      : takeAccessKey(request.accessKeyId, request.secret);
    const key = requireSecretsKey(security.secretsKey);
    const sealedSecret = key.seal(accessKeyId, secret);
    const command = { user, label, expiresAtMs, accessKeyId, sealedSecret, secretsKeyId: key.id };
    await shard.submit((state, view, ctx) => decideCreateAccessKey(state, view, command, ctx));
    return { accessKeyId, secret };
  };

  const revoke: Handler<'RevokeAccessKey'> = (request) =>
    shard.submit((state, view, ctx) => decideRevokeAccessKey(state, view, request, ctx));

  return { CreateAccessKey: create, RevokeAccessKey: revoke };
}

function createRuleHandlers({ shard, security }: Services) {
  const alter: Handler<'AlterAcls'> = async (request) => {
    const reply = await shard.submit((state, view, ctx) =>
      decideAlterAcls(state, view, request, ctx),
    );
    security.onTakenAway();
    return reply;
  };

  const list: Handler<'ListAcls'> = (query) =>
    shard.submit((state, view) => listAcls(state, view, query));

  const check: Handler<'CheckAccess'> = async ({ user, items }, { connection: { access } }) => {
    const self = access.user === '' ? null : access.user;
    const asked = user ?? self;
    if (asked === null) {
      const answers = items.map(() => ({ allowed: true, rule: null }));
      return { user: null, superuser: true, answers };
    }
    const command = { user: asked, isSelf: asked === self, items };
    return shard.submit((state, view) => checkAccess(state, view, command));
  };

  return { AlterAcls: alter, ListAcls: list, CheckAccess: check };
}
