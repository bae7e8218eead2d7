// The public surface of @millrace/cli: what generated pages and tests derive from the command tree.

export { cliReference } from './reference.ts';
