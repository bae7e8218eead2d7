// The public surface of @millrace/bench.
export {};
