// The public surface of @millrace/cli: what generated pages and tests derive from the command tree.

export { renderCliReference } from './reference.ts';
