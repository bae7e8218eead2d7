// The public surface of @millrace/broker.
export {};
