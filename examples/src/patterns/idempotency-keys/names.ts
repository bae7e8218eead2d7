// What the producer, the workers and the program that plays them have to agree on.

const name = (last: string) => `example.idempotency-keys.${last}`;

export const ORDERS = name('orders');
export const MAILS = name('mails');
export const PRICES = name('prices');

export interface Order {
  readonly order: string;
}

export interface Price {
  readonly cents: number;
}
