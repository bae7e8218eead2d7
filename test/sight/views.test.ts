// Every view of the page on a broker that has something to show: without a complaint, accessible, no wider than its window,
// in both themes, on a desk and on a phone. `MILLRACE_PICTURES=1` keeps a picture of each in .cache/pictures.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, nameOf, PLACES } from './support/places.ts';
import {
  axeFaults,
  hasChromium,
  picture,
  SIZES,
  type Sight,
  type Size,
  sidewaysFaults,
  startSight,
  THEMES,
} from './support/sight.ts';

const ROUTES_FILE = new URL('../../dashboard/src/shell/routes.ts', import.meta.url);
const ROUTES = [...readFileSync(ROUTES_FILE, 'utf8').matchAll(/^ {4}path: '([^']+)'/gm)].map(
  ([, path]) => path,
);

const WATCHED = PLACES.filter(({ route }) => ROUTES.includes(route));

it('every view of the table has a place where it is looked at', () => {
  const places = new Set(PLACES.map(({ route }) => route));
  expect(ROUTES.length).toBeGreaterThan(1);
  expect(ROUTES.filter((route) => !places.has(route ?? ''))).toEqual([]);
});

describe.skipIf(!hasChromium)('every view, in Chromium', () => {
  let sight: Sight;
  beforeAll(async () => {
    sight = await startSight();
  });
  afterAll(async () => sight.close());

  it.each(WATCHED.map((place) => [addressOf(place), place] as const))('%s', async (at, place) => {
    const sizes = Object.keys(SIZES) as Size[];
    const found = await Promise.all(sizes.map((size) => faultsAt(at, nameOf(place), size)));
    expect(found.flat()).toEqual([]);
  });

  async function faultsAt(at: string, name: string, size: Size): Promise<string[]> {
    const found: string[] = [];
    const opened = await sight.open(at, { size });
    const { page, faults } = opened;
    try {
      await page.locator('.skeletons').first().waitFor({ state: 'detached' });
      await page.locator('.feed', { hasText: 'Live' }).waitFor();
      for (const look of THEMES) {
        await page.emulateMedia({ colorScheme: look });
        await picture(page, `${name}-${size}-${look}`);
        if (size === 'phone' && look === 'dark') continue; // The colours are those of the desk.
        const broken = await axeFaults(page, look === 'light' ? 'all' : 'colors');
        found.push(...broken.map((fault) => `${size}, ${look}: ${fault}`));
      }
      found.push(...(await sidewaysFaults(page)), ...faults);
    } finally {
      await opened.close();
    }
    return found;
  }
});
