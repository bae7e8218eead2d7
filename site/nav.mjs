// The order of the documents: one table, from which the site has its sidebars, and which a test holds against the files.
// A section lists its pages by name, or has `others`: the rest of its folder, by title. Knows nothing of the site's program.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));

/**
 * @typedef {object} Section
 * @property {string} title
 * @property {string} folder within docs, with a slash at its end; '' is docs itself
 * @property {readonly string[]} pages in order, without `.md`
 * @property {true} [others] the rest of the folder follows, by title
 * @property {true} [apart] it has a sidebar of its own
 */

/** @type {readonly Section[]} */
export const SECTIONS = [
  { title: 'Start', folder: '', pages: ['index', 'comparison', 'glossary'] },
  {
    title: 'Guide',
    folder: 'guide/',
    pages: [
      'index',
      'first-message',
      'client',
      'queue',
      'transactions',
      'schedules',
      'tables',
      'http',
      'sqs',
      'security',
      'tracing',
      'monitoring',
      'production',
      'measuring',
    ],
  },
  { title: 'Patterns', folder: 'patterns/', pages: ['index'], others: true },
  { title: 'Scenarios', folder: 'scenarios/', pages: ['index'], others: true },
  { title: 'Examples', folder: 'examples/', pages: [], others: true },
  { title: 'Operating', folder: '', pages: ['operations', 'runbook', 'reliability'] },
  {
    title: 'What is promised',
    folder: 'semantics/',
    pages: ['log', 'groups', 'leases', 'schedules', 'durability', 'http', 'sqs', 'security'],
  },
  {
    title: 'Reference',
    folder: 'reference/',
    pages: ['cli', 'options', 'limits', 'errors', 'metrics', 'logs', 'protocol', 'bench'],
  },
  {
    title: 'How it is made',
    folder: '',
    pages: ['architecture', 'protocol', 'performance', 'peers', 'dependencies'],
  },
  { title: 'Decisions', folder: 'adr/', pages: ['index'], others: true, apart: true },
];

/**
 * The pages of a folder of docs, as files without `.md`.
 *
 * @param {string} folder
 */
function filesOf(folder) {
  if (!existsSync(join(DOCS, folder))) return [];
  return readdirSync(join(DOCS, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length));
}

/**
 * @param {string} page path within docs, without `.md`
 * @returns {string} its first heading, as text
 */
export function titleOf(page) {
  const [, heading] = /^# (.+)$/m.exec(readFileSync(join(DOCS, `${page}.md`), 'utf8')) ?? [];
  if (heading === undefined) throw new Error(`docs/${page}.md has no title`);
  const [, number] = /^adr\/(\d{4})-/.exec(page) ?? [];
  if (number !== undefined) return `${number} ${heading.replace(/^(?:ADR )?\d+[:.]? /, '')}`;
  return heading.replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1');
}

/**
 * @param {Section} section
 * @returns {{ page: string, title: string }[]} all its pages that exist, in order
 */
export function pagesOf(section) {
  const there = filesOf(section.folder);
  const named = section.pages.filter((name) => there.includes(name));
  const toEntry = (/** @type {string} */ name) => {
    const page = `${section.folder}${name}`;
    return { page, title: titleOf(page) };
  };
  const others = there.filter((name) => !section.pages.includes(name)).map(toEntry);
  others.sort((a, b) => a.title.localeCompare(b.title, 'en', { numeric: true }));
  return [...named.map(toEntry), ...(section.others ? others : [])];
}
