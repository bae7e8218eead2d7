// Code in pages is cut out of the files that run. A line `<!-- code: examples/src/patterns/outbox/main.ts#relay -->` stands
// before the block that it fills, and `// #region relay` ... `// #endregion` around those lines of the file.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ROOT } from '../workspace.mjs';

const MARKER = /^<!-- code: (\S+?)(?:#(\S+))? -->\n(?:\n?```[\s\S]*?\n```\n)?/gm;
/** Whoever writes such a line wants code there, and is told where it is not quite a marker. */
const MEANT = /^[ \t]*<!--[ \t]*code\b.*$/gm;
const REGION = /^\s*(?:\/\/|#) #region (\S+)\s*$/;
const REGION_END = /^\s*(?:\/\/|#) #endregion\b.*$/;

/** How the language of a block is called, where that is not the ending of the file. */
const LANGUAGES = /** @type {Record<string, string>} */ ({ mjs: 'js', yml: 'yaml', py: 'python' });

/** Every page with excerpts, for the generator. */
export function excerptPages() {
  const files = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const pages = files.filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`);
  return ['README.md', ...pages]
    .toSorted()
    .filter((path) => readFileSync(join(ROOT, path), 'utf8').search(MEANT) !== -1)
    .map((path) => ({ path, render: () => renderExcerpts(path) }));
}

/** @param {string} path of the page, from the root */
function renderExcerpts(path) {
  return fillExcerpts(readFileSync(join(ROOT, path), 'utf8'), (file) => {
    const source = join(ROOT, file);
    if (!existsSync(source)) throw new Error(`${path}: there is no file ${file}`);
    return readFileSync(source, 'utf8');
  });
}

/**
 * The page with every block after a marker as its file has it now. A marker without a block gets one.
 *
 * @param {string} page
 * @param {(file: string) => string} read
 */
export function fillExcerpts(page, read) {
  const meant = page.match(MEANT) ?? [];
  const wrong = meant.find((line) => !/^<!-- code: [^\s#]+(?:#[^\s#]+)? -->$/.test(line));
  if (wrong !== undefined) throw new Error(`not a marker: ${wrong.trim()}`);
  return page.replaceAll(MARKER, (_all, file, region) => {
    const lines =
      region === undefined ? allLines(read(file)) : regionLines(file, region, read(file));
    const ending = extname(file).slice(1);
    const code = dedent(lines).join('\n');
    const name = region === undefined ? file : `${file}#${region}`;
    return `<!-- code: ${name} -->\n\n\`\`\`${LANGUAGES[ending] ?? ending}\n${code}\n\`\`\`\n`;
  });
}

/** @param {string} text */
function allLines(text) {
  return trim(text.split('\n').filter((line) => !REGION.test(line) && !REGION_END.test(line)));
}

/**
 * @param {string} file
 * @param {string} region
 * @param {string} text
 */
function regionLines(file, region, text) {
  /** @type {string[]} */
  const open = [];
  const taken = [];
  let found = 0;
  for (const line of text.split('\n')) {
    const name = REGION.exec(line)?.[1];
    if (name !== undefined) {
      if (name === region) found += 1;
      open.push(name);
    } else if (REGION_END.test(line)) {
      if (open.pop() === undefined) throw new Error(`${file}: an #endregion without its #region`);
    } else if (open.includes(region)) {
      taken.push(line);
    }
  }
  if (open.length > 0) throw new Error(`${file}: the region ${open.at(-1)} has no end`);
  if (found !== 1) throw new Error(`${file}: has ${found} regions called ${region}, not one`);
  return trim(taken);
}

/**
 * Without empty lines at both ends.
 *
 * @param {string[]} lines
 */
function trim(lines) {
  const first = lines.findIndex((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  if (first === -1) throw new Error('there is no code to show');
  return lines.slice(first, last + 1);
}

/** @param {string[]} lines */
function dedent(lines) {
  const widths = lines.filter((line) => line !== '').map((line) => line.search(/\S|$/));
  const width = Math.min(...widths);
  return lines.map((line) => line.slice(width));
}
