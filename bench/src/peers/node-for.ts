// Which Node.js runs a peer's client: this one, or a newer where the client does not run under this.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CatalogRow } from './catalog.ts';
import { INSTALL } from './load-kind.ts';

/** Where bench/peers/install/node.sh puts one. */
const INSTALLED = fileURLToPath(new URL('../../peers/.servers/node/bin/node', import.meta.url));

/** Names a newer Node.js for clients that need it. */
export const NODE_VARIABLE = 'MILLRACE_BENCH_NODE';

export function nodeFor({
  nodeMajorMin = 0,
}: Pick<CatalogRow, 'nodeMajorMin'>): { node: string } | { missing: string } {
  if (majorOf(process.version) >= nodeMajorMin) return { node: process.execPath };
  const node = process.env[NODE_VARIABLE] ?? INSTALLED;
  const version = existsSync(node)
    ? spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
    : '';
  if (majorOf(version) >= nodeMajorMin) return { node };
  return {
    missing: `its client needs Node.js ${nodeMajorMin} or newer: ${INSTALL}, or ${NODE_VARIABLE}`,
  };
}

function majorOf(version: string): number {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
}
