// The site of the documents: what VitePress is told. Pages are docs/ as it is; their order is nav.mjs'.
import { readFileSync } from 'node:fs';
import { copyFiles, linksToFiles, serveFiles } from '../files.mjs';
import { DOCS, pagesOf, SECTIONS } from '../nav.mjs';
import { slugOf } from '../slug.mjs';

const isThere = (section) => pagesOf(section).length > 0;
const addressOf = (page) => `/${page.replace(/(^|\/)index$/, '$1')}`;
const toItem = ({ page, title }) => ({ text: title, link: addressOf(page) });

/** What is numbered: who looks for a decision looks for a late one. */
const newestFirst = ([index, ...others]) => [index, ...others.toReversed()];

const sections = SECTIONS.filter(isThere);
const together = sections.filter(({ apart }) => apart !== true);
const sidebar = {
  ...Object.fromEntries(
    sections
      .filter(({ apart }) => apart === true)
      .map((section) => [`/${section.folder}`, newestFirst(pagesOf(section)).map(toItem)]),
  ),
  '/': together.map((section) => ({
    text: section.title,
    collapsed: false,
    items: pagesOf(section).map(toItem),
  })),
};

const IN_THE_HEAD = ['Guide', 'Patterns', 'Scenarios', 'Operating', 'Reference', 'Decisions'];
const nav = sections
  .filter(({ title }) => IN_THE_HEAD.includes(title))
  .map((section) => {
    const [first] = pagesOf(section);
    const activeMatch = section.folder === '' ? undefined : `^/${section.folder}`;
    return {
      text: section.title,
      link: addressOf(first.page),
      ...(activeMatch && { activeMatch }),
    };
  });

/** The icon of the broker's page, in the page itself: there is no file to ask for. */
const icon = readFileSync(new URL('../../dashboard/src/icon.svg', import.meta.url));
const ICON = `data:image/svg+xml;base64,${icon.toString('base64')}`;

/** Of the repository, that pages point at. */
const files = new Set();

export default {
  title: 'Millrace',
  description: 'A partitioned log broker for Node.js: one topic is a log and a queue.',
  lang: 'en',
  srcDir: DOCS,
  outDir: './.vitepress/dist',
  cacheDir: './.vitepress/cache',
  base: process.env.MILLRACE_SITE_BASE ?? '/',
  ignoreDeadLinks: false,
  lastUpdated: false,
  markdown: {
    anchor: { slugify: slugOf },
    languageAlias: { promql: 'sql', hex: 'log' },
    config: (md) => md.use(linksToFiles(files)),
  },
  themeConfig: {
    logo: { src: ICON, alt: '' },
    nav,
    sidebar,
    outline: { level: [2, 3], label: 'On this page' },
    search: { provider: 'local', options: { detailedView: true } },
    externalLinkIcon: true,
  },
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: ICON }]],
  // The index of the search is one large file, which is loaded when somebody searches.
  vite: { plugins: [serveFiles()], publicDir: false, build: { chunkSizeWarningLimit: 8_000 } },
  buildEnd: ({ outDir }) => copyFiles(files, outDir),
};
