// The systems outside, one of each kind: a mail server that takes whatever it is given, one that takes a key with it, and a
// shop window whose prices are overwritten. Knows nothing of queues.
import { type Database, open } from 'lmdb';

interface Shown {
  readonly cents: number;
  /** Of the lease under which it was written. */
  readonly token: number;
}

export class Outside {
  readonly #sent: Database<number, string>;
  readonly #keys: Database<boolean, string>;
  readonly #prices: Database<Shown, string>;

  constructor(path: string) {
    const root = open({ path, overlappingSync: false });
    this.#sent = root.openDB({ name: 'sent' });
    this.#keys = root.openDB({ name: 'keys' });
    this.#prices = root.openDB({ name: 'prices' });
  }

  /** As often as it is asked. */
  sendMail(order: string): void {
    this.#sent.transactionSync(() => this.#sent.putSync(order, this.sent(order) + 1));
  }

  // #region key
  /** The key and the effect are one transaction of the system that has the effect: the strongest there is. */
  sendMailOnce(order: string, key: string): void {
    this.#keys.transactionSync(() => {
      if (this.#keys.get(key) === true) return;
      this.#keys.putSync(key, true);
      this.sendMail(order);
    });
  }
  // #endregion

  // #region fence
  /** False: a newer lease has written already, so whoever holds this one has lost it without knowing. */
  showPrice(item: string, cents: number, token: number): boolean {
    return this.#prices.transactionSync(() => {
      const shown = this.#prices.get(item);
      if (shown !== undefined && token < shown.token) return false;
      this.#prices.putSync(item, { cents, token });
      return true;
    });
  }
  // #endregion

  sent(order: string): number {
    return this.#sent.get(order) ?? 0;
  }

  price(item: string): number | undefined {
    return this.#prices.get(item)?.cents;
  }
}
