// The public face of a package as one text: the declarations that can be reached from its index, without what is private.
// It is for people to read in a diff, not for a compiler.

import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const IMPORTED = /(?:from|import\()\s*'(\.[^']+)'/g;
/** Members that callers cannot see, and what only tools read. */
const HIDDEN = /^\s*(?:private\b|protected\b|#|\/\/# sourceMappingURL)/;

/** `folder`: where the compiled index.d.ts is. */
export function declarationsOf(folder: string): string {
  const seen = new Set<string>();
  const waiting = [join(folder, 'index.d.ts')];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORTED)) {
      waiting.push(resolve(dirname(file), name.replace(/\.[jt]s$/, '.d.ts')));
    }
  }
  const files = [...seen].toSorted();
  return files.map((file) => `// ${relative(folder, file)}\n${visible(file)}`).join('\n');
}

function visible(file: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const kept: string[] = [];
  let comment: string[] = [];
  let isComment = false;
  for (const line of lines) {
    const begins = /^\s*\/\*\*/.test(line);
    if (begins || isComment) {
      comment.push(line);
      isComment = !line.includes('*/');
      continue;
    }
    // The comment of what is hidden goes with it.
    if (!HIDDEN.test(line)) kept.push(...comment, line);
    comment = [];
  }
  return `${kept.join('\n').trim()}\n`;
}
