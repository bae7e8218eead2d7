// How many members of each share group hold leases, kept up with every run that is leased or ends being so.

import { assert } from '../assert.ts';

export class LeaseHolders {
  /** Group -> member's number -> its leased runs. */
  readonly #groups = new Map<number, Map<number, number>>();

  count(groupId: number): number {
    return this.#groups.get(groupId)?.size ?? 0;
  }

  add(groupId: number, member: number): void {
    let members = this.#groups.get(groupId);
    if (members === undefined) {
      members = new Map();
      this.#groups.set(groupId, members);
    }
    members.set(member, (members.get(member) ?? 0) + 1);
  }

  remove(groupId: number, member: number): void {
    const members = this.#groups.get(groupId);
    const runs = members?.get(member);
    assert(members !== undefined && runs !== undefined, 'removed as often as added');
    if (runs > 1) members.set(member, runs - 1);
    else members.delete(member);
  }

  /** The group was deleted, with all its leases. */
  forget(groupId: number): void {
    assert(this.count(groupId) === 0);
    this.#groups.delete(groupId);
  }
}
