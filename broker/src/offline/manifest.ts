// The file beside a copy that makes it a backup: what it is of, and the digest of its bytes. It is written last, so a
// backup that was cut short has none.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '@millrace/options';

export const MANIFEST_FILE = 'backup.json';

const KIND = 'millrace-backup';
const VERSION = 1;

export interface Manifest {
  readonly kind: typeof KIND;
  readonly version: typeof VERSION;
  readonly file: string;
  readonly bytes: number;
  /** Of the file, in hex. */
  readonly sha256: string;
  readonly formatVersion: number;
  readonly instanceId: string | null;
  readonly brokerVersion: string;
  /** When the copy was begun, ms since 1970. */
  readonly createdAtMs: number;
  readonly topics: number;
  readonly groups: number;
}

export function manifestOf(fields: Omit<Manifest, 'kind' | 'version'>): Manifest {
  return { kind: KIND, version: VERSION, ...fields };
}

/** Throws StartError where the directory holds no whole backup. */
export function readManifest(directory: string): Manifest {
  const path = join(directory, MANIFEST_FILE);
  const fault = (what: string) =>
    new StartError('foreignData', `${directory} is no backup: ${what}.`);
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw fault(`it has no ${MANIFEST_FILE}, or it was not finished`);
    }
    throw fault(`${MANIFEST_FILE} cannot be read: ${(error as Error).message}`);
  }
  const manifest = found as Partial<Manifest> | null;
  if (manifest?.kind !== KIND) throw fault(`${MANIFEST_FILE} is of something else`);
  if (manifest.version !== VERSION) {
    throw fault(`it has version ${manifest.version}, this broker reads ${VERSION}`);
  }
  const isWhole =
    typeof manifest.file === 'string' &&
    !/[/\\]/.test(manifest.file) &&
    Number.isSafeInteger(manifest.bytes) &&
    /^[0-9a-f]{64}$/.test(manifest.sha256 ?? '');
  if (!isWhole) throw fault(`${MANIFEST_FILE} lacks a field`);
  return manifest as Manifest;
}
