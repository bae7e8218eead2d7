// Users with passwords and what else the tests of security need of a shard, without sockets.
import { randomBytes } from 'node:crypto';
import {
  type MillraceError,
  type RequestInput,
  type ScramVerifier,
  scramVerifier,
} from '@millrace/protocol';
import type { ConnectionInfo } from '../../src/handlers/handler.ts';
import { CONNECTION, type TestShard } from '../shard/open-test-shard.ts';

/** The fewest that are allowed: tests check many passwords. */
const ITERATIONS = 4_096;

export function verifierOf(password: string): Promise<ScramVerifier> {
  return scramVerifier(password, randomBytes(16), ITERATIONS);
}

/** Undefined where it was not refused. */
export function refusalOf(asked: Promise<unknown>): Promise<MillraceError | undefined> {
  return asked.then(
    () => undefined,
    (error: MillraceError) => error,
  );
}

export async function createUser(
  { call }: TestShard,
  user: string,
  change: Partial<RequestInput<'CreateUser'>> = {},
): Promise<void> {
  await call('CreateUser', { user, ...change });
}

export async function usersOf({ call }: TestShard) {
  const { users } = await call('ListUsers', {});
  return users;
}

/** The connection of somebody who logged in, and may do nothing. */
export function connectionOf(user: string): ConnectionInfo {
  const access = { ...CONNECTION.access, user, isUnlimited: false, may: () => false };
  return { ...CONNECTION, access };
}
