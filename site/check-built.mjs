// Looks at the built site as a browser would: each page's links to this site lead to a file that is there, and to an element that
// bears the name. Nothing is loaded from another host, and nothing is left that only the source's reader would understand.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';

/**
 * @param {string} folder what was built
 * @param {string} base path under which it is served
 */
export function builtFaults(folder, base) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
    .map((entry) => join(entry.parentPath, entry.name));
  const pages = new Map(
    files.map((file) => [relative(folder, file).replaceAll('\\', '/'), readFileSync(file, 'utf8')]),
  );
  const names = new Map([...pages].map(([path, html]) => [path, namesOf(html)]));
  const faults = [];
  let links = 0;
  for (const [path, html] of pages) {
    for (const href of hrefsOf(html)) {
      links += 1;
      const fault = faultOf(folder, names, posix.join(base, path), href, base);
      if (fault !== undefined) faults.push(`${path}: ${href} ${fault}`);
    }
    for (const [, source] of html.matchAll(
      /<(?:script|img|link)\b[^>]*\b(?:src|href)="(https?:[^"]*)"/g,
    )) {
      faults.push(`${path}: loads ${source} from another host`);
    }
  }
  return { pages: pages.size, links, faults: [...new Set(faults)] };
}

/** @param {string} html */
function namesOf(html) {
  return new Set([...html.matchAll(/\bid="([^"]+)"/g)].map(([, name = '']) => decoded(name)));
}

/** @param {string} html */
function hrefsOf(html) {
  return [...html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)].map(([, href = '']) => decoded(href));
}

/** @param {string} text an attribute */
function decoded(text) {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
}

/**
 * @param {string} folder
 * @param {ReadonlyMap<string, ReadonlySet<string>>} names
 * @param {string} at path of the page
 * @param {string} href
 * @param {string} base
 */
function faultOf(folder, names, at, href, base) {
  if (/^[a-z]+:/i.test(href)) return undefined;
  const url = new URL(href, `http://site${at}`);
  const path = decodeURIComponent(url.pathname);
  if (!path.startsWith(base)) return `leaves ${base}`;
  const inside = path.slice(base.length);
  const file = inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside;
  if (!existsSync(join(folder, file))) return 'is not there';
  if (url.hash === '' || !file.endsWith('.html')) return undefined;
  const name = decodeURIComponent(url.hash.slice(1));
  return names.get(file)?.has(name) === true ? undefined : `has no element '${name}'`;
}
