// What the relay and its readers have to agree on.

export const EVENTS = 'example.outbox.order-events';
