// The public surface of @millrace/core.
export {};
