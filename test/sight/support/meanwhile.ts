// What happens beside the page: requests of others to the gateway, and requests of the page that are held up.
import type { Page } from 'playwright-core';

export type Json = ReturnType<typeof JSON.parse>;

/** Of somebody who is not the page. Throws what is refused. */
export async function askGateway(
  http: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Json> {
  const response = await fetch(`${http}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response.json();
}

/** The next request there that is no dry run waits until the result is called. */
export async function hold(page: Page, path: string): Promise<() => void> {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((go) => {
    resolve = go;
  });
  await page.route(`**${path}`, async (route) => {
    if (route.request().postDataJSON()?.dryRun === true) return route.continue();
    await promise;
    return route.continue();
  });
  return resolve;
}
