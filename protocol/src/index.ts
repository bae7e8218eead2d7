// The public surface of @millrace/protocol.
export {};
