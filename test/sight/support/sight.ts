// One real `millrace` and one Chromium for the tests of a file: pages with what went wrong in them noted, an accessibility
// check, and pictures of them. Without Chromium the tests are skipped by name.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Seeded, seed } from './seed.ts';

export const CHROMIUM = process.env['MILLRACE_CHROMIUM'] ?? '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

const PICTURES = process.env['MILLRACE_PICTURES'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DEFAULT_PICTURES = fileURLToPath(new URL('../../../.cache/pictures', import.meta.url));

export const THEMES = ['light', 'dark'] as const;
export type Look = (typeof THEMES)[number];

/** A desk's, and a phone's. */
export const SIZES = {
  wide: { width: 1_280, height: 860 },
  phone: { width: 390, height: 844 },
} as const;
export type Size = keyof typeof SIZES;

export interface Sight {
  readonly millrace: MillraceProcess;
  readonly browser: Browser;
  /** Undefined where the broker was left empty. */
  readonly seeded: Seeded | undefined;
  /** A page of its own at `#/…`, waited for until its title stands. It fails the test when its script fails. */
  readonly open: (place: string, options?: OpenOptions) => Promise<SightPage>;
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  readonly look?: Look;
  readonly size?: Size;
  /** What the heading of the view says; default: any. */
  readonly heading?: string | RegExp;
  /** Logs in with it first. */
  readonly token?: string;
}

export interface SightPage {
  readonly page: Page;
  /** What the page complained of: errors of its script, its console and its policy; answers of the gateway above 499. */
  readonly faults: readonly string[];
  readonly close: () => Promise<void>;
}

interface StartOptions {
  readonly isEmpty?: boolean;
  readonly flags?: readonly string[];
  /** The broker asks who its clients are. */
  readonly isSecure?: boolean;
}

export async function startSight({
  isEmpty = false,
  isSecure = false,
  flags = [],
}: StartOptions = {}): Promise<Sight> {
  const directory = new TemporaryDirectory('millrace-sight-');
  const asking = isSecure ? ['--authentication', 'required'] : [];
  const millrace = await MillraceProcess.launch({
    dataDir: directory.path,
    flags: [...asking, ...flags],
  });
  const token = isSecure ? await millrace.adminToken() : undefined;
  const seeded = isEmpty ? undefined : await seed(millrace.httpUrl, millrace.address, token);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  return {
    millrace,
    browser,
    seeded,
    open: (place, options) => openPage(browser, millrace.httpUrl, place, options),
    async close() {
      await browser.close();
      await seeded?.close();
      await millrace.end('SIGTERM');
      directory.remove();
    },
  };
}

async function openPage(
  browser: Browser,
  http: string,
  place: string,
  { look = 'light', size = 'wide', heading, token }: OpenOptions = {},
): Promise<SightPage> {
  const isPhone = size === 'phone';
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: look,
    hasTouch: isPhone,
    isMobile: isPhone,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  if (token !== undefined) await page.request.post(`${http}/session`, { data: { token } });
  const faults = noteFaults(page);
  await page.goto(`${http}/#${place}`);
  const title = page.getByRole('heading', {
    level: 1,
    ...(heading === undefined ? {} : { name: heading }),
  });
  await title.first().waitFor();
  return { page, faults, close: () => context.close() };
}

function noteFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} ${response.url()}`);
  });
  return faults;
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly {
      readonly target: readonly unknown[];
      readonly failureSummary?: string;
    }[];
  }[];
}

const RULES = {
  all: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  /** Those that another theme can break: nothing else of the document changes with it. */
  colors: ['color-contrast', 'link-in-text-block'],
} as const;

/** What axe finds against the rules of WCAG 2.2 at AA, a line each; none where all is well. */
export async function axeFaults(page: Page, rules: keyof typeof RULES = 'all'): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(AXE);
  const runOnly = { type: rules === 'all' ? 'tag' : 'rule', values: RULES[rules] };
  const run = `axe.run(document, { runOnly: ${JSON.stringify(runOnly)}, resultTypes: ['violations'] })`;
  const { violations } = await page.evaluate<AxeResult>(run);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map(({ target, failureSummary = '' }) => {
      return `${id}: ${help}: ${String(target[0])}: ${failureSummary.replaceAll(/\s+/g, ' ')}`;
    }),
  );
}

/** What is wider than the page: it would scroll sideways. */
export async function sidewaysFaults(page: Page): Promise<string[]> {
  const widths = '[document.documentElement.scrollWidth, document.documentElement.clientWidth]';
  const [whole = 0, shown = 0] = await page.evaluate<number[]>(widths);
  return whole > shown ? [`the page is ${whole} px wide, its window ${shown}`] : [];
}

/** Where `MILLRACE_PICTURES` names a folder, or is `1`, a picture of the whole page is put there. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  const folder = PICTURES === '1' ? DEFAULT_PICTURES : PICTURES;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
