// 100,000 rows in the page's own table, in the browser: only those in sight are in the document, wherever it is scrolled to,
// and a frame of scrolling costs little. Times are reported; only what no load of the machine can excuse fails.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, hasChromium } from './support/sight.ts';

const ROOT = fileURLToPath(new URL('../../dashboard/test/rows-page', import.meta.url));
const OUT = fileURLToPath(new URL('../../node_modules/.cache/rows-page', import.meta.url));
const ROWS = 100_000;
/** In sight at 760 px, with those kept ready above and below. */
const ROWS_IN_DOCUMENT_MAX = 60;
const FRAMES = 40;

/** Scrolls by so many px each frame; how long the frames took, ms. */
const MEASURE = `(async (stepPx, frames) => {
  const scroller = document.querySelector('.table-scroll');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const gaps = [];
  let last = await frame();
  for (let n = 0; n < frames; n += 1) {
    scroller.scrollTop += stepPx;
    const now = await frame();
    gaps.push(now - last);
    last = now;
  }
  const rows = scroller.querySelectorAll('.table-row').length;
  return { gaps, rows, top: scroller.scrollTop };
})`;

interface Measured {
  readonly gaps: readonly number[];
  readonly rows: number;
  readonly top: number;
}

function percentile(values: readonly number[], part: number): string {
  const ordered = values.toSorted((a, b) => a - b);
  return (ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * part))] ?? 0).toFixed(1);
}

describe.skipIf(!hasChromium)('100,000 rows, in Chromium', () => {
  let server: PreviewServer;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    const oxc = { jsx: { runtime: 'automatic', importSource: 'preact' } } as const;
    const shared = {
      root: ROOT,
      configFile: false,
      logLevel: 'warn',
      build: { outDir: OUT, emptyOutDir: true },
    } as const;
    await build({ ...shared, oxc });
    server = await preview({ ...shared, preview: { host: '127.0.0.1', port: 0 } });
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    page = await browser.newPage({ viewport: { width: 1_280, height: 860 } });
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    await page.getByRole('row').nth(5).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    rmSync(OUT, { recursive: true, force: true });
  });

  it('scrolls by any step with only the rows in sight in the document', async () => {
    const inspector = await page.context().newCDPSession(page);
    await inspector.send('Performance.enable', { timeDomain: 'threadTicks' });
    const cpuMs = async () => {
      const { metrics } = await inspector.send('Performance.getMetrics');
      return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
    };
    const lines: string[] = [];
    for (const [name, stepPx] of [
      ['a row', 34],
      ['a page', 700],
      ['a jump', 20_000],
    ] as const) {
      const before = await cpuMs();
      const { gaps, rows, top } = await page.evaluate<Measured>(`${MEASURE}(${stepPx}, ${FRAMES})`);
      const frameCpuMs = ((await cpuMs()) - before) / FRAMES;
      expect(top).toBeGreaterThan(stepPx * 30);
      expect(rows).toBeGreaterThan(20);
      expect(rows).toBeLessThan(ROWS_IN_DOCUMENT_MAX);
      expect(frameCpuMs).toBeGreaterThan(0);
      const [p50, p95] = [percentile(gaps, 0.5), percentile(gaps, 0.95)];
      lines.push(
        `${name} a frame: ${frameCpuMs.toFixed(1)} ms of CPU; frames p50 ${p50}, p95 ${p95} ms`,
      );
    }
    console.log(`100,000 rows scrolled by\n  ${lines.join('\n  ')}`);
  });

  it('goes to its end by one key, and orders all of its rows', async () => {
    await page.getByRole('grid').evaluate((grid) => {
      (grid as unknown as { scrollTop: number }).scrollTop = 0;
    });
    await page.getByRole('row').nth(1).focus();
    await page.keyboard.press('End');
    await page.getByText('99,999', { exact: true }).waitFor();
    const focused = () =>
      page.evaluate<string>('document.activeElement.getAttribute("data-index")');
    await expect.poll(focused).toBe(String(ROWS - 1));
    expect(await page.getByRole('row').count()).toBeLessThan(ROWS_IN_DOCUMENT_MAX);
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'Offset' }).click();
    await page.getByText('99,999', { exact: true }).waitFor();
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await page.getByRole('row', { selected: true }).nth(10).waitFor();
  });
});
