// The public surface of @millrace/options.
export {};
