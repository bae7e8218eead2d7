// A peer's kind by its name. Those with clients of others are in the package bench/peers, which may be absent.

import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MILLRACE } from './catalog.ts';
import { millrace } from './millrace.ts';
import type { PeerKind } from './peer.ts';

const KINDS = fileURLToPath(new URL('../../peers/dist/kinds.js', import.meta.url));

export const INSTALL = 'npm run bench -- peers --install';

/** A text where it is not there: what is missing, and the command that brings it. */
export async function loadKind(name: string): Promise<PeerKind | string> {
  if (name === MILLRACE) return millrace;
  if (!existsSync(KINDS)) return `clients of peers are not installed: ${INSTALL}`;
  const { KINDS: kinds } = (await import(pathToFileURL(KINDS).href)) as {
    KINDS: Readonly<Record<string, () => Promise<PeerKind>>>;
  };
  const load = kinds[name];
  if (load === undefined) return `bench/peers was built without it: ${INSTALL}`;
  try {
    return await load();
  } catch (error) {
    return `its client does not load (${(error as Error).message.split('\n')[0]}): ${INSTALL}`;
  }
}
