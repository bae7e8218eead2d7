// docs/guide/first-message.md works as written: its commands and programs run in order against one server, and each prints what
// stands below it.
import { join } from 'node:path';
import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Block, readPage } from '../docs/support/markdown.ts';
import { Shell } from './support/shell.ts';

const { blocks } = readPage('docs/guide/first-message.md');
const START = 'npm start\n';

let data: TemporaryDirectory;
let server: MillraceProcess;
let shell: Shell;
beforeAll(async () => {
  data = new TemporaryDirectory('millrace-first-message-');
  server = await MillraceProcess.launch({ dataDir: join(data.path, 'data') });
  shell = await Shell.start(server);
});
afterAll(async () => {
  await server.end('SIGTERM');
  await shell.close();
  data.remove();
});

/** What stands below a block. */
function printedBy(block: Block): string {
  const next = blocks[blocks.indexOf(block) + 1];
  return next?.kind === 'text' ? next.text : '';
}

const steps = blocks.filter(({ kind, text }) => kind !== 'text' && text !== START);

test('it begins with a start, and every program says what it prints', () => {
  expect(blocks[0]?.text).toBe(START);
  const programs = blocks.filter(({ kind }) => kind === 'js');
  expect(programs.length).toBeGreaterThanOrEqual(4);
  expect(programs.filter((program) => printedBy(program) === '')).toEqual([]);
});

// In order: each stands on those before it.
test.each(steps.map((block) => [block.line, block] as const))('line %i', async (_, block) => {
  const printed =
    block.kind === 'js' ? await shell.program(block.text) : await shell.commands(block.text);
  expect(printed).toBe(printedBy(block));
});
