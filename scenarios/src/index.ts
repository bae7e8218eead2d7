// The public surface of @millrace/scenarios.
export {};
