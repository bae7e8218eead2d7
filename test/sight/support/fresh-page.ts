// Before the tests of this folder: the page that the gateway serves is made of the sources that stand here.
import { ensurePageBuilt } from '../../../scripts/workspace.mjs';

export function setup(): void {
  ensurePageBuilt();
}
