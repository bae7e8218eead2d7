// Versions of what is installed, as it says them itself; null where it is not there.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CLIENTS = join(import.meta.dirname, '../../node_modules');

/** The first group of the pattern in what the command prints. */
export function versionOf(
  command: string,
  args: readonly string[],
  pattern: RegExp,
): string | null {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return pattern.exec(stdout ?? '')?.[1] ?? null;
}

/** Of a package of bench/peers. */
export function clientVersionOf(name: string): string | null {
  const path = join(CLIENTS, name, 'package.json');
  if (!existsSync(path)) return null;
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
