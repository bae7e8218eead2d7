// What gateways ask, which act for others: whose a password, a token or an access key is. Whatever is wrong with a password
// or a token, the answer is the same and takes the same time.

import { timingSafeEqual } from 'node:crypto';
import { BUILT_IN_USERS, hasExpired } from '@millrace/core';
import { networkOf } from '@millrace/options';
import { MillraceError, type RequestOf, type ResponseInput } from '@millrace/protocol';
import { calledFrom } from '../login/acting.ts';
import { waitInLine, waitOut } from '../login/wait-out.ts';
import { fakeVerifier } from '../security/scram-verifier.ts';
import { requireSecretsKey, secretsLocked } from '../security/secrets-key.ts';
import { claimedUser, whoseToken } from '../security/tokens.ts';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';

type Owner = ResponseInput<'CheckCredential'>;

export function createCredentialHandlers(services: Services) {
  return { CheckCredential: createCheck(services), GetAccessKey: createGetAccessKey(services) };
}

function createCheck(services: Services): Handler<'CheckCredential'> {
  const { shard, security } = services;
  const { throttle, audit } = security;
  return async (request, { connection, signal }) => {
    const { kind, user, secret } = request;
    const { connectionId } = connection;
    const from = calledFrom(connection.remoteAddress, request.remoteAddress);
    const { remoteAddress } = from;
    const address = networkOf(remoteAddress);
    const named = user ?? shard.peek((state) => claimedUser(state.security, secret));
    const tell = (outcome: string) => {
      const subject = { user: named ?? '', onBehalfOf: undefined, ...from, connectionId };
      audit?.loginFailed(subject, kind, outcome, 'CheckCredential');
    };
    const admit = () => {
      try {
        throttle.admit(address, named);
      } catch (error) {
        tell('throttled');
        throw error;
      }
    };
    const lookAt = async (): Promise<Owner | undefined> => {
      admit();
      await waitInLine(() => throttle.lineMs(address, named), signal);
      admit();
      const owner = await (kind === 'token' ? byToken : byPassword)(services, request);
      // Those that failed while this one was looked at count too, and are answered before it.
      admit();
      return throttle.lineMs(address, named) === 0 ? owner : lookAt();
    };
    const owner = await lookAt();
    if (owner === undefined) {
      tell('AUTHENTICATION_FAILED');
      await waitOut(throttle.failed(address, named), signal);
      throw new MillraceError('AUTHENTICATION_FAILED');
    }
    throttle.succeeded(address, owner.user);
    return owner;
  };
}

/** A user that is named has to be the token's. The gateway's own token is good for nobody it acts for. */
async function byToken(
  { shard, security }: Services,
  { user, secret }: RequestOf<'CheckCredential'>,
): Promise<Owner | undefined> {
  const { builtInTokens } = security;
  const owner = await shard.read((state, _view, nowMs) =>
    whoseToken(state.security, builtInTokens, secret, nowMs),
  );
  if (owner === undefined || owner.user === BUILT_IN_USERS.gateway) return undefined;
  if (user !== null && user !== owner.user) return undefined;
  return { user: owner.user, expiresAtMs: owner.expiresAtMs };
}

async function byPassword(
  { shard, security }: Services,
  { user, secret }: RequestOf<'CheckCredential'>,
): Promise<Owner | undefined> {
  if (user === null) {
    const message = 'A password belongs to a user.';
    throw new MillraceError('INVALID_REQUEST', message, { field: 'user' });
  }
  const row = await shard.read((state) => state.security.userByName(user));
  const verifier = row?.password ?? fakeVerifier(user, security.saltKey);
  const isRight = await security.passwords.isRight(secret, verifier);
  // What was right a moment ago may have been taken away since.
  const now = await shard.read((state) => state.security.userByName(user));
  if (now === undefined || now.disabled || now.password === null) return undefined;
  const isStill = timingSafeEqual(now.password.storedKey, verifier.storedKey);
  return isRight && isStill ? { user, expiresAtMs: null } : undefined;
}

function createGetAccessKey({ shard, security }: Services): Handler<'GetAccessKey'> {
  return async ({ accessKeyId, remoteAddress, signatureFailed }, { connection }) => {
    const tell = (user: string, outcome: string) => {
      const { connectionId } = connection;
      const from = calledFrom(connection.remoteAddress, remoteAddress);
      const subject = { user, onBehalfOf: undefined, ...from, connectionId };
      security.audit?.loginFailed(subject, 'accessKey', outcome, 'GetAccessKey');
    };
    const key = await shard.read((state, _view, nowMs) => {
      const row = state.security.accessKeyById(accessKeyId);
      if (row === undefined || hasExpired(row, nowMs)) return undefined;
      return state.security.userByName(row.user)?.disabled === false ? row : undefined;
    });
    if (key === undefined) {
      // Whose it is nobody knows: what was claimed is all there is to tell.
      tell(accessKeyId, 'UNKNOWN_ACCESS_KEY');
      throw new MillraceError('UNKNOWN_ACCESS_KEY', undefined, { field: 'accessKeyId' });
    }
    if (signatureFailed) tell(key.user, 'SIGNATURE_MISMATCH');
    const secretsKey = requireSecretsKey(security.secretsKey);
    const secret = secretsKey.open(accessKeyId, key.sealedSecret);
    if (secret === undefined) throw secretsLocked('it is encrypted with another key, or damaged');
    return { user: key.user, secret, expiresAtMs: key.expiresAtMs };
  };
}
