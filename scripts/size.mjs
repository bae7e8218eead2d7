// npm run size: how large the client is once installed, with all it needs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedSize, installPacked } from './installed-size.mjs';
import { ensureBuilt } from './workspace.mjs';

ensureBuilt(['client']);
const folder = mkdtempSync(join(tmpdir(), 'millrace-size-'));
try {
  const { packages, files, bytes, own } = installedSize(installPacked(folder));
  const mib = (/** @type {number} */ size) => `${(size / 1024 / 1024).toFixed(1)} MiB`;
  console.log(`@millrace/client, installed: ${packages} packages, ${files} files, ${mib(bytes)}`);
  console.log(`of these its own: 2 packages, ${own.files} files, ${mib(own.bytes)}`);
} finally {
  rmSync(folder, { recursive: true });
}
