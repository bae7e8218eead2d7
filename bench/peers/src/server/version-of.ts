// Versions of what is installed, as it says them itself; null where it is not there.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Found, missing } from '../peer.ts';

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
function clientVersionOf(name: string): string | null {
  const path = join(CLIENTS, name, 'package.json');
  if (!existsSync(path)) return null;
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

/** A server, with its version or null where it is not there, and the package of its client. */
export function foundWith(server: string, version: string | null, client: string): Found {
  const clientVersion = clientVersionOf(client);
  if (version === null) return missing(server);
  return clientVersion === null ? missing(client) : { version, clientVersion };
}
