// The public surface of @millrace/client.
export {};
