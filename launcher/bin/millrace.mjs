#!/usr/bin/env node
// Starts millrace; in a checkout that is not built yet, builds first. Holds no logic of its own.
import { existsSync } from 'node:fs';

const built = new URL('../dist/bin.js', import.meta.url);
if (!existsSync(built)) {
  const { ensureBuilt } = await import('../../scripts/workspace.mjs');
  ensureBuilt(['launcher']);
}
await import(built.href);
