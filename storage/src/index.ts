// The public surface of @millrace/storage.
export {};
