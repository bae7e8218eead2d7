// Heartbeats that wait for news [C-40]. A member has one under way at a time, but one that it gave up may still stand
// here beside the next. It knows no requests: a waiter is a function that tries again.

/** Tries again, synchronously. True: satisfied; it is then taken off. */
type Attempt = () => boolean;

export class MemberWaiters {
  /** Consumer group -> member -> who waits. An entry exists only while somebody does. */
  readonly #groups = new Map<number, Map<string, Set<Attempt>>>();
  #size = 0;

  /** Wait until there is news for the member. Returns the way out. */
  wait(groupId: number, memberId: string, attempt: Attempt): () => void {
    const members = this.#groups.get(groupId) ?? new Map<string, Set<Attempt>>();
    const attempts = members.get(memberId) ?? new Set<Attempt>();
    this.#groups.set(groupId, members.set(memberId, attempts.add(attempt)));
    this.#size += 1;
    return () => this.#leave(groupId, memberId, attempt);
  }

  #leave(groupId: number, memberId: string, attempt: Attempt): void {
    const members = this.#groups.get(groupId);
    const attempts = members?.get(memberId);
    if (members === undefined || attempts === undefined || !attempts.delete(attempt)) return;
    this.#size -= 1;
    if (attempts.size > 0) return;
    members.delete(memberId);
    if (members.size === 0) this.#groups.delete(groupId);
  }

  /** Of the members named, those who wait try. */
  news(groupId: number, memberIds: Iterable<string>): void {
    const members = this.#groups.get(groupId);
    if (members === undefined) return;
    for (const memberId of memberIds) {
      for (const attempt of members.get(memberId) ?? []) {
        if (attempt()) this.#leave(groupId, memberId, attempt);
      }
    }
  }

  get size(): number {
    return this.#size;
  }
}
