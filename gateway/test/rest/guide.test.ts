// The guide of HTTP works as written: its commands run in order in one shell, and what they print is what it says. Only the
// port is another; times, ids of requests and of jobs differ.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RestBench } from './support/rest-bench.ts';

const GUIDE = fileURLToPath(new URL('../../../docs/guide/http.md', import.meta.url));
const BLOCK = /```sh\n([\s\S]*?)```(?:\n\n```(?:json|text)\n([\s\S]*?)```)?/g;
const run = promisify(execFile);

let bench: RestBench;
beforeAll(async () => {
  bench = await RestBench.start();
});
afterAll(() => bench.close());

/** What differs from run to run. */
function settled(text: string): string {
  const same = text
    .replaceAll(/"(\w+Ms)":\d{13}\b/g, '"$1":0')
    .replaceAll(/"requestId":"[^"]*"/g, '');
  // Answers of JSON end without a line.
  return same.replaceAll('}{', '}\n{').trim();
}

it('the guide of HTTP runs as written', async () => {
  await bench.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = bench.app.server.address() as AddressInfo;
  const blocks = [...readFileSync(GUIDE, 'utf8').matchAll(BLOCK)];
  expect(blocks.length).toBeGreaterThanOrEqual(9);
  for (const [, script = '', expected] of blocks) {
    const command = script.replaceAll('127.0.0.1:7651', `127.0.0.1:${port}`);
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', command], { timeout: 25_000 });
    const printed = expected === undefined ? '' : settled(stdout);
    expect({ script, printed }).toEqual({ script, printed: settled(expected ?? '') });
  }
});
