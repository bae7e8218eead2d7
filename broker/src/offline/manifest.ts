// The file beside a copy that makes it a backup: what it is of, and the digest of its bytes. It is written last, so a
// backup that was cut short has none.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '@millrace/options';
import { FORMAT_VERSION } from '@millrace/storage';

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

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** What restore goes by; the rest is for people. */
const FIELDS = {
  file: (value: unknown) => typeof value === 'string' && !/^$|[/\\]/.test(value),
  bytes: isCount,
  sha256: (value: unknown) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  formatVersion: isCount,
} as const;

/** Throws StartError where the directory holds no whole backup, or one that only a newer broker reads. */
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
  const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[];
  const wrong = names.find((name) => !FIELDS[name](manifest[name]));
  if (wrong !== undefined)
    throw fault(`in ${MANIFEST_FILE} the field ${wrong} is missing or wrong`);
  const { formatVersion } = manifest as Manifest;
  if (formatVersion > FORMAT_VERSION) {
    const text = `${directory} holds data of format ${formatVersion}`;
    const reads = `this broker reads up to ${FORMAT_VERSION}: use a newer broker`;
    throw new StartError('foreignData', `${text}, ${reads}. Nothing was written.`);
  }
  return manifest as Manifest;
}
