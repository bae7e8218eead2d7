// What both sides have to agree on: the topic, the group, and what a request looks like.

export const REQUESTS = 'example.request-response.charges';
export const GROUP = 'example.request-response.charging';

// #region request
export interface Charge {
  /** Chosen by who asks, the same each time it asks again: it names the charge, not the request. */
  readonly id: string;
  readonly card: string;
  readonly cents: number;
  readonly trouble?: 'slow' | 'crash';
}
// #endregion

export interface Charged {
  readonly charged: number;
}
