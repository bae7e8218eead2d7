// Messages in flight by tenant, over all partitions of a share group, and who is noisy by that. It counts what memory
// holds in leases, so it is exact, and a tenant that has nothing in flight is not known here.

import { assert } from '../../assert.ts';
import { NO_LANE } from './lane-number.ts';

/** A tenant with fewer messages in flight than this is quiet, whatever its share. [L-71] */
export const NOISY_FROM = 30;
/** A tenant is noisy with more than this part of what is in flight. [L-71] */
export const NOISY_SHARE = 0.1;

export class TenantLoad {
  readonly #tenants = new Map<number, number>();
  #total = 0;

  /** Leased messages of the group. */
  get total(): number {
    return this.#total;
  }

  /** Tenants with something in flight. */
  get size(): number {
    return this.#tenants.size;
  }

  of(tenant: number): number {
    return this.#tenants.get(tenant) ?? 0;
  }

  /** Messages without a tenant count in the whole alone. */
  add(tenant: number, by: 1 | -1): void {
    this.#total += by;
    assert(this.#total >= 0);
    if (tenant === NO_LANE) return;
    const messages = this.of(tenant) + by;
    assert(messages >= 0, 'removed as often as added');
    if (messages === 0) this.#tenants.delete(tenant);
    else this.#tenants.set(tenant, messages);
  }
}

/** The load as it will be once a receive has leased what it is about to. */
export class LoadAhead {
  readonly #load: TenantLoad;
  readonly #added = new Map<number, number>();
  #addedTotal = 0;

  constructor(load: TenantLoad) {
    this.#load = load;
  }

  of(tenant: number): number {
    return this.#load.of(tenant) + (this.#added.get(tenant) ?? 0);
  }

  add(tenant: number, messages: number): void {
    this.#added.set(tenant, (this.#added.get(tenant) ?? 0) + messages);
    this.#addedTotal += messages;
  }

  /** [L-71] */
  isNoisy(tenant: number): boolean {
    return this.#isNoisyWith(tenant, 0);
  }

  /** How many messages, at most so many, may be given one after the other until it is noisy. */
  quietRoom(tenant: number, messagesMax: number): number {
    let messages = 0;
    while (messages < messagesMax && !this.#isNoisyWith(tenant, messages)) messages += 1;
    return messages;
  }

  #isNoisyWith(tenant: number, more: number): boolean {
    if (tenant === NO_LANE) return false;
    const inFlight = this.of(tenant) + more;
    const total = this.#load.total + this.#addedTotal + more;
    return inFlight >= NOISY_FROM && inFlight > NOISY_SHARE * total;
  }
}
