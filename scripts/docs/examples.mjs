// Which examples there are: a folder of examples/src/patterns each, whose main.ts opens with a sentence about it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../workspace.mjs';

const PATTERNS = 'examples/src/patterns';

/**
 * In alphabetical order, with the first sentence of the comment that its main.ts opens with.
 *
 * @returns {Array<{ name: string, sentence: string }>}
 */
export function listExamples() {
  const folder = join(ROOT, PATTERNS);
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'main.ts')))
    .toSorted()
    .map((name) => ({
      name,
      sentence: firstSentence(readFileSync(join(folder, name, 'main.ts'), 'utf8')),
    }));
}

/** @param {string} name */
export function exampleFile(name) {
  return `examples/dist/patterns/${name}/main.js`;
}

/** @param {string} source */
function firstSentence(source) {
  const [comment = ''] = /^(?:\/\/.*\n)+/.exec(source) ?? [];
  const text = comment.replaceAll(/^\/\/ ?/gm, '').replaceAll('\n', ' ');
  return (/^.*?[.:](?= |$)/.exec(text)?.[0] ?? text.trim()).slice(0, -1);
}
