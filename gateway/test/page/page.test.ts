// The files of the page: what is served of them, under which rules, and what is not.

import { mkdirSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { TemporaryDirectory } from '@millrace/harness';
import { fastify } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageDirectory } from '../../src/page/page-files.ts';
import { registerPage } from '../../src/page/register-page.ts';
import type { App } from '../../src/services.ts';

const LARGE = 'export {};\n'.repeat(1_000);
const directory = new TemporaryDirectory('millrace-page-');
let app: App;

async function open(place: string | undefined): Promise<App> {
  const opened = fastify() as unknown as App;
  await registerPage(opened, place);
  await opened.ready();
  return opened;
}

beforeAll(async () => {
  mkdirSync(`${directory.path}/assets/inner`, { recursive: true });
  writeFileSync(`${directory.path}/index.html`, '<!doctype html><title>Millrace</title>');
  writeFileSync(`${directory.path}/secret.txt`, 'secret');
  writeFileSync(`${directory.path}/assets/app-1a2b.js`, 'export {};');
  writeFileSync(`${directory.path}/assets/.hidden`, 'secret');
  writeFileSync(`${directory.path}/assets/large-3c4d.js`, LARGE);
  writeFileSync(`${directory.path}/assets/large-3c4d.js.br`, brotliCompressSync(LARGE));
  writeFileSync(`${directory.path}/assets/large-3c4d.js.gz`, gzipSync(LARGE));
  app = await open(pageDirectory(directory.path));
});
afterAll(async () => {
  await app.close();
  directory.remove();
});

const RULES = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': expect.stringMatching(/^default-src 'self';.*frame-ancestors 'none'$/),
};

test('[H-27] the page is asked for anew each time, what it loads is kept', async () => {
  const page = await app.inject('/');
  expect([page.statusCode, page.body]).toEqual([200, '<!doctype html><title>Millrace</title>']);
  expect(page.headers).toMatchObject({ ...RULES, 'cache-control': 'no-cache' });
  expect(page.headers['content-type']).toMatch(/^text\/html/);
  const script = await app.inject('/assets/app-1a2b.js');
  expect([script.statusCode, script.body]).toEqual([200, 'export {};']);
  expect(script.headers).toMatchObject({
    ...RULES,
    'cache-control': 'public, max-age=31536000, immutable',
  });
  expect(script.headers['content-type']).toMatch(/javascript/);
  const policy = `${page.headers['content-security-policy']}`;
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  const { etag } = page.headers;
  const again = await app.inject({ url: '/', headers: { 'if-none-match': `${etag}` } });
  expect(again.statusCode).toBe(304);
});

test('[H-27] what was compressed when it was built is sent so to whoever takes it', async () => {
  const url = '/assets/large-3c4d.js';
  const ask = (accepted: string) => app.inject({ url, headers: { 'accept-encoding': accepted } });
  const [brotli, gzip, plain] = await Promise.all(
    ['gzip, deflate, br', 'gzip', 'identity'].map(ask),
  );
  expect(brotli?.headers['content-encoding']).toBe('br');
  expect(brotliDecompressSync(brotli?.rawPayload ?? '').toString()).toBe(LARGE);
  expect(gzip?.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(gzip?.rawPayload ?? '').toString()).toBe(LARGE);
  expect(plain?.headers).not.toHaveProperty('content-encoding');
  expect(plain?.body).toBe(LARGE);
  for (const reply of [brotli, gzip, plain]) {
    expect(reply?.headers).toMatchObject({
      ...RULES,
      'content-type': expect.stringMatching(/javascript/),
      vary: expect.stringMatching(/accept-encoding/i),
      'cache-control': 'public, max-age=31536000, immutable',
    });
  }
});

test('[H-27] nothing else is served', async () => {
  const others = [
    '/assets/',
    '/assets',
    '/assets/inner/',
    '/assets/none.js',
    '/assets/.hidden',
    '/assets/../secret.txt',
    '/assets/..%2fsecret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets/..%5csecret.txt',
    '/assets//etc/passwd',
    '/assets/%00',
    '/secret.txt',
    '/index.html',
  ];
  for (const url of others) {
    const { statusCode, body } = await app.inject(url);
    expect({ url, statusCode }).toEqual({ url, statusCode: expect.toSatisfy((it) => it >= 400) });
    expect(body).not.toContain('secret"');
    expect(body).not.toBe('secret');
  }
});

test('[H-27] without a page that was built, the address says so', async () => {
  expect(pageDirectory(`${directory.path}/none`)).toBeUndefined();
  const bare = await open(undefined);
  const { statusCode, headers, body } = await bare.inject('/');
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(body).toContain('npm run build');
  expect((await bare.inject('/assets/app.js')).statusCode).toBe(404);
  await bare.close();
});
