// The public surface of @millrace/launcher.
export {};
