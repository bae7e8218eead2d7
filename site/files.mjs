// Links to what is no page of the site: files of the repository that documents point at. The site has a copy of each as text, so
// that it needs no other host. Links to pages are VitePress' own business.
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DOCS } from './nav.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PREFIX = '/files/';

/**
 * @param {string} page path of the page within docs
 * @param {string} href
 * @returns {string | undefined} the path in the repository, where it is a file that is no page
 */
export function fileBehind(page, href) {
  if (/^(?:[a-z]+:|\/|#)/i.test(href)) return undefined;
  const [path = ''] = href.split('#');
  const target = normalize(join(DOCS, dirname(page), path));
  const isPage = target.startsWith(DOCS) && (path.endsWith('.md') || path.endsWith('/'));
  if (isPage) return undefined;
  const file = relative(ROOT, target).replaceAll('\\', '/');
  if (!existsSync(target) || !statSync(target).isFile()) {
    throw new Error(`${page}: ${href} is no file of the repository`);
  }
  return file;
}

/** @param {string} file */
const addressOf = (file) => `${PREFIX}${file}.txt`;

/**
 * A plugin for markdown-it: links to files get the addresses of their copies.
 *
 * @param {Set<string>} files takes what has to be copied
 */
export function linksToFiles(files) {
  return (/** @type {any} */ md) => {
    md.core.ruler.push('links-to-files', (/** @type {any} */ state) => {
      for (const { children } of state.tokens) {
        for (const token of children ?? []) {
          if (token.type !== 'link_open') continue;
          const file = fileBehind(state.env.relativePath, token.attrGet('href'));
          if (file === undefined) continue;
          files.add(file);
          token.attrSet('href', addressOf(file));
          token.attrSet('target', '_blank');
        }
      }
    });
  };
}

/**
 * @param {Iterable<string>} files
 * @param {string} outDir
 */
export function copyFiles(files, outDir) {
  for (const file of files) {
    const target = join(outDir, addressOf(file));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(ROOT, file), target);
  }
}

/** While somebody writes: the dev server answers for the copies. A plugin for Vite. */
export function serveFiles() {
  return {
    name: 'files-of-the-repository',
    configureServer(/** @type {any} */ server) {
      server.middlewares.use(
        (
          /** @type {any} */ request,
          /** @type {any} */ response,
          /** @type {() => void} */ next,
        ) => {
          const { pathname } = new URL(request.url, 'http://site');
          const file = posix
            .normalize(decodeURIComponent(pathname))
            .slice(PREFIX.length, -'.txt'.length);
          const path = join(ROOT, file);
          if (!pathname.startsWith(PREFIX) || !existsSync(path)) return next();
          response.setHeader('content-type', 'text/plain; charset=utf-8');
          response.end(readFileSync(path));
        },
      );
    },
  };
}
