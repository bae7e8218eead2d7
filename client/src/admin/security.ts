// Administration of who may do what: users, what they show themselves by, access rules. Passwords stay here: the broker gets
// what it can check one with. Nothing here keeps a secret longer than a call.

import { randomBytes } from 'node:crypto';
import {
  LIMITS,
  type RequestInput,
  type ResponseOf,
  SCRAM_ITERATIONS,
  scramVerifier,
} from '@millrace/protocol';
import type { Link, RequestOptions } from '../net/link.ts';
import { integerOption } from '../options-check.ts';

const SALT_BYTES = 16;
const ITERATIONS = { min: LIMITS.scramIterationsMin, max: LIMITS.scramIterationsMax };

interface NewPassword {
  /** It stays here: the broker gets salted keys (SCRAM-SHA-256), which can check it and do not tell it. */
  readonly password?: string | undefined;
  /** Rounds of PBKDF2 for the password; default 10,000. More cost thieves more, and every login too. */
  readonly iterations?: number | undefined;
}

/** A user that is to be made. Without a password it logs in by tokens or a certificate. */
export interface NewUser extends Omit<RequestInput<'CreateUser'>, 'password'>, NewPassword {}

/** What is to change of a user; what is left out stays. New quotas replace all of the old ones. */
export interface UserChange
  extends Omit<RequestInput<'AlterUser'>, 'password' | 'removePassword'>,
    Omit<NewPassword, 'password'> {
  /** Null: it has none any more. */
  readonly password?: string | null | undefined;
}

/** A user with its tokens and access keys; nothing secret. Times are ms since 1970. */
export type User = ResponseOf<'ListUsers'>['users'][number];
/** What went with a user. */
export type DeletedUser = ResponseOf<'DeleteUser'>;
/** A token that is to be made; without `expiresAtMs` it is good until it is revoked. */
export type NewToken = RequestInput<'CreateToken'>;
/** A token as it was made. It can not be asked for again. */
export type CreatedToken = ResponseOf<'CreateToken'>;
/** An access key that is to be made, or taken over with its secret. */
export type NewAccessKey = RequestInput<'CreateAccessKey'>;
/** An access key as it was made. Its secret can not be asked for again. */
export type CreatedAccessKey = ResponseOf<'CreateAccessKey'>;
/** An access rule: who may, or may not, do what to what. */
export type AclRule = ResponseOf<'ListAcls'>['rules'][number];
/** Rules that shall be there, and rules that shall not. */
export interface AclChanges {
  readonly add?: readonly AclRule[] | undefined;
  readonly remove?: readonly AclRule[] | undefined;
}
/** How many rules were added and removed: those that were as asked for already do not count. */
export type ChangedAcls = ResponseOf<'AlterAcls'>;
/** May this be done? */
export type AccessQuestion = RequestInput<'CheckAccess'>['items'][number];
/** Whose answers they are, and one a question, with the rule that decided. */
export type AccessAnswers = ResponseOf<'CheckAccess'>;

/** Users, tokens, access keys and access rules: `client.admin.security`. */
export class SecurityAdmin {
  private readonly link: Link;

  constructor(link: Link) {
    this.link = link;
  }

  /** Throws USER_EXISTS, INVALID_NAME, INVALID_REQUEST, LIMIT_EXCEEDED. */
  async createUser(input: NewUser, options?: RequestOptions): Promise<void> {
    const { password, iterations, ...rest } = input;
    const verifier = password === undefined ? null : await verifierOf(password, iterations);
    await this.link.request('CreateUser', { ...rest, password: verifier }, options);
  }

  /** Connections end that stand on what is gone: of a disabled user all. Throws UNKNOWN_USER, INVALID_REQUEST. */
  async alterUser(input: UserChange, options?: RequestOptions): Promise<void> {
    const { password, iterations, ...rest } = input;
    const change =
      password === null || password === undefined
        ? { removePassword: password === null }
        : { password: await verifierOf(password, iterations) };
    await this.link.request('AlterUser', { ...rest, ...change }, options);
  }

  /** With its tokens, access keys and rules; its connections end. Throws UNKNOWN_USER. */
  async deleteUser(user: string, options?: RequestOptions): Promise<DeletedUser> {
    return this.link.request('DeleteUser', { user }, options);
  }

  /** Those named, or all, by name. Throws UNKNOWN_USER. */
  async listUsers(users?: readonly string[], options?: RequestOptions): Promise<User[]> {
    const asked = users === undefined ? null : [...users];
    const found: User[] = [];
    for (let after: string | null = null; ; ) {
      const page: ResponseOf<'ListUsers'> = await this.link.request(
        'ListUsers',
        { users: asked, after },
        options,
      );
      found.push(...page.users);
      const last = page.users.at(-1);
      if (!page.hasMore || last === undefined) return found;
      after = last.user;
    }
  }

  /** Throws UNKNOWN_USER, INVALID_REQUEST, LIMIT_EXCEEDED. */
  async createToken(input: NewToken, options?: RequestOptions): Promise<CreatedToken> {
    return this.link.request('CreateToken', input, options);
  }

  /** Connections that it opened end. Gives whose it was. Throws UNKNOWN_TOKEN. */
  async revokeToken(tokenId: string, options?: RequestOptions): Promise<{ readonly user: string }> {
    return this.link.request('RevokeToken', { tokenId }, options);
  }

  /** Throws UNKNOWN_USER, ACCESS_KEY_EXISTS, SECRETS_LOCKED, INVALID_REQUEST, LIMIT_EXCEEDED. */
  async createAccessKey(input: NewAccessKey, options?: RequestOptions): Promise<CreatedAccessKey> {
    return this.link.request('CreateAccessKey', input, options);
  }

  /** Gives whose it was. Throws UNKNOWN_ACCESS_KEY. */
  async revokeAccessKey(
    accessKeyId: string,
    options?: RequestOptions,
  ): Promise<{ readonly user: string }> {
    return this.link.request('RevokeAccessKey', { accessKeyId }, options);
  }

  /** All of it or none. Throws UNKNOWN_USER, INVALID_REQUEST, LIMIT_EXCEEDED. */
  async alterAcls(changes: AclChanges, options?: RequestOptions): Promise<ChangedAcls> {
    const { add = [], remove = [] } = changes;
    return this.link.request('AlterAcls', { add: [...add], remove: [...remove] }, options);
  }

  /** All rules, or those of one user (`*`: those of every user), by user, resource and name. */
  async listAcls(user?: string, options?: RequestOptions): Promise<AclRule[]> {
    return (await this.link.request('ListAcls', { user: user ?? null }, options)).rules;
  }

  /** What a user may do; without a name: what this client may. Throws UNKNOWN_USER, NOT_AUTHORIZED. */
  async checkAccess(
    items: readonly AccessQuestion[],
    user?: string,
    options?: RequestOptions,
  ): Promise<AccessAnswers> {
    return this.link.request('CheckAccess', { user: user ?? null, items: [...items] }, options);
  }
}

function verifierOf(password: string, iterations = SCRAM_ITERATIONS) {
  integerOption('iterations', iterations, ITERATIONS);
  return scramVerifier(password, randomBytes(SALT_BYTES), iterations);
}
