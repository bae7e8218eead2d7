// The public surface of @millrace/cli.
export {};
