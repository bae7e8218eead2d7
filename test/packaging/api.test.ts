// The public API of the packages, written down: a change of it shows in the diff. `UPDATE_API=1 npx vitest run test/packaging`
// writes it anew.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declarationsOf } from './declarations.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const isUpdate = process.env['UPDATE_API'] === '1';

/** Of the sources as they are: what lies in dist may be older. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-declarations-'));
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function declared(name: string): string {
  const out = join(folder, name);
  const build = ['--composite', 'false', '--incremental', 'false', '--declarationMap', 'false'];
  const only = ['--emitDeclarationOnly', '--outDir', out, '--tsBuildInfoFile', 'null'];
  execFileSync(process.execPath, [TSC, '-b', join(ROOT, 'protocol')]);
  execFileSync(process.execPath, [TSC, '-p', join(ROOT, name), ...build, ...only]);
  return declarationsOf(out);
}

describe('the public API', () => {
  it.each(['client', 'protocol'])('of %s is what is written down', (name) => {
    const file = fileURLToPath(new URL(`./api/${name}.txt`, import.meta.url));
    const found = declared(name);
    expect(found).toContain('export');
    expect(found).not.toMatch(/^\s*private /m);
    if (isUpdate) writeFileSync(file, found);
    expect(existsSync(file)).toBe(true);
    expect(found).toBe(readFileSync(file, 'utf8'));
  });
});
