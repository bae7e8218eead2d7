// Every pattern runs on one broker, beside what the others left, and prints what its page says.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleFile, listExamples } from '../../scripts/docs/examples.mjs';
import { outputsOfPages, ROOT } from './support/pages.ts';

const EXAMPLES = listExamples().map(({ name }) => name);
const RUN_MS_MAX = 60_000;
const run = promisify(execFile);

let directory: TemporaryDirectory;
let server: MillraceProcess;

beforeAll(async () => {
  directory = new TemporaryDirectory('millrace-examples-');
  server = await MillraceProcess.launch({ dataDir: join(directory.path, 'data') });
});

afterAll(async () => {
  await server.end('SIGTERM');
  directory.remove();
});

async function printed(name: string): Promise<{ stdout: string; stderr: string }> {
  const file = join(ROOT, exampleFile(name));
  const args = [file, server.address, server.httpUrl];
  return run(process.execPath, args, { cwd: directory.path, timeout: RUN_MS_MAX });
}

describe('pages and examples', () => {
  const outputs = outputsOfPages();

  it.each(EXAMPLES)('%s has a page of its name with its output', (name) => {
    const pages = outputs.filter(({ example }) => example === name).map(({ page }) => page);
    expect(pages).toContain(`docs/patterns/${name}.md`);
  });

  it('no page shows the output of something that is not an example', () => {
    const others = outputs.filter(({ example }) => !EXAMPLES.includes(example));
    expect(others.filter(({ page }) => page.startsWith('docs/patterns/'))).toEqual([]);
  });
});

describe('what they print', () => {
  const outputs = outputsOfPages().filter(({ example }) => EXAMPLES.includes(example));

  it.each(outputs)('$example is what $page says', async ({ example, output }) => {
    expect(await printed(example)).toEqual({ stdout: output, stderr: '' });
  });

  it('an example runs again beside what it left', async () => {
    const [first] = outputs;
    expect((await printed(first?.example ?? '')).stdout).toBe(first?.output);
  });
});
