// Tokens, or access keys, in memory: by their id and by their user. They change only through `apply`; no secret is in them
// that could be read.

import { assert } from '../assert.ts';

export interface CredentialRow {
  readonly user: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
}

export class Credentials<Row extends CredentialRow> {
  readonly #rows = new Map<string, Row>();
  readonly #idsOf = new Map<string, Set<string>>();

  get size(): number {
    return this.#rows.size;
  }

  /** Also one that has expired. */
  byId(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  countOf(user: string): number {
    return this.#idsOf.get(user)?.size ?? 0;
  }

  /** The oldest first. */
  of(user: string): (readonly [id: string, row: Row])[] {
    const ids = [...(this.#idsOf.get(user) ?? [])];
    const rows = ids.map((id) => [id, this.#rows.get(id) as Row] as const);
    return rows.toSorted(([, a], [, b]) => a.createdAtMs - b.createdAtMs);
  }

  apply(id: string, row: Row | undefined): void {
    const old = this.#rows.get(id);
    if (row === undefined) {
      if (old !== undefined) this.#remove(id, old.user);
      return;
    }
    assert(old === undefined || old.user === row.user, 'a credential stays with its user');
    this.#rows.set(id, row);
    const ids = this.#idsOf.get(row.user);
    if (ids === undefined) this.#idsOf.set(row.user, new Set([id]));
    else ids.add(id);
  }

  entries(): Iterable<readonly [id: string, row: Row]> {
    return this.#rows;
  }

  users(): Iterable<string> {
    return this.#idsOf.keys();
  }

  assertInvariants(): void {
    let count = 0;
    for (const [user, ids] of this.#idsOf) {
      assert(ids.size > 0, 'a user without credentials is not remembered');
      for (const id of ids) assert(this.#rows.get(id)?.user === user);
      count += ids.size;
    }
    assert(count === this.#rows.size, 'every credential is found by its user');
  }

  #remove(id: string, user: string): void {
    this.#rows.delete(id);
    const ids = this.#idsOf.get(user);
    ids?.delete(id);
    if (ids?.size === 0) this.#idsOf.delete(user);
  }
}

/** Of a token or an access key, or the end of its time. */
export function hasExpired({ expiresAtMs }: Pick<CredentialRow, 'expiresAtMs'>, nowMs: number) {
  return expiresAtMs !== null && nowMs >= expiresAtMs;
}
