// npm run docs:api [-- --check]: the reference of all functions and types of the client and the protocol, as Markdown in
// docs/reference/api, from the comments in the sources. With --check it writes nothing. Every export must have a sentence.
// TypeDoc needs a compiler with an interface for JavaScript, which the one that builds has not: apidoc/ has its own.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, ROOT, run } from './workspace.mjs';

/** @typedef {{ name: string, comment?: object, signatures?: Named[], children?: Named[], kind: number, variant: string }} Named */

ensureInstalled();
const isCheck = process.argv.includes('--check');
const folder = mkdtempSync(join(tmpdir(), 'millrace-api-'));
const json = join(folder, 'api.json');
const typedoc = join(ROOT, 'apidoc/node_modules/typedoc/bin/typedoc');
const pages = isCheck ? [] : ['--out', join(ROOT, 'docs/reference/api'), '--cleanOutputDir'];
const args = [typedoc, '--options', join(ROOT, 'apidoc'), '--json', json, ...pages];

try {
  const code = run(process.execPath, args);
  if (code !== 0) process.exitCode = code;
  else report(undocumented(JSON.parse(readFileSync(json, 'utf8'))));
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * Names of exports without a sentence, each with its package.
 *
 * @param {Named} project
 * @returns {string[]}
 */
function undocumented(project) {
  return (project.children ?? []).flatMap((module) =>
    (module.children ?? [])
      .filter((each) => each.variant !== 'reference' && !hasSentence(each))
      .map(({ name }) => `${module.name}: ${name}`),
  );
}

/** @param {Named} each */
function hasSentence(each) {
  return each.comment !== undefined || each.signatures?.some(({ comment }) => comment) === true;
}

/** @param {string[]} names */
function report(names) {
  if (names.length === 0) {
    console.error(
      isCheck ? 'api: every export has a sentence' : 'api: written to docs/reference/api',
    );
    return;
  }
  for (const name of names) console.error(`api: ${name} has no sentence`);
  process.exitCode = 1;
}
