// Each migration page: the program before the move prints what the one after it prints, and the move played through, with a
// crash in it, what the page says. Each against real servers; what is not installed is skipped by name.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputsOf, ROOT } from './support/pages.ts';
import { isRedisInstalled, type Redis, startRedis } from './support/redis.ts';

const run = promisify(execFile);
const RUN_MS_MAX = 100_000;
const BEFORE = 'examples/before';
const SQS = 'examples/dist/patterns/migrate-from-sqs';
/** Its own line every time the SDK is loaded under this Node.js says nothing about the program. */
const QUIET = { ...process.env, NODE_NO_WARNINGS: '1' };

let directory: TemporaryDirectory;
let server: MillraceProcess;

beforeAll(async () => {
  directory = new TemporaryDirectory('millrace-migrations-');
  server = await MillraceProcess.launch({ dataDir: join(directory.path, 'data') });
});

afterAll(async () => {
  await server.end('SIGTERM');
  directory.remove();
});

async function printed(file: string, ...args: string[]): Promise<string> {
  const options = { cwd: directory.path, env: QUIET, timeout: RUN_MS_MAX };
  return (await run(process.execPath, [join(ROOT, file), ...args], options)).stdout;
}

/** What the page says that its program prints, and what the move played through does. */
function pageOf(name: string): { output: string | undefined; rehearsal: string | undefined } {
  const page = `docs/patterns/${name}.md`;
  const text = readFileSync(join(ROOT, page), 'utf8');
  const rehearsal = /^<!-- rehearsal -->\n\n```text\n([\s\S]*?)```$/m.exec(text)?.[1];
  return { output: outputsOf(page, text)[0]?.output, rehearsal };
}

describe('from SQS', () => {
  it('the program before prints what the one after it prints', async () => {
    const before = await printed(`${SQS}/before.js`, server.address, server.httpUrl);
    expect(before).toBe(pageOf('migrate-from-sqs').output);
  });

  it('a move with a crash in it loses nothing and doubles nothing, and goes back', async () => {
    const said = await printed(`${SQS}/rehearse.js`, server.address, server.httpUrl);
    expect(said).toBe(pageOf('migrate-from-sqs').rehearsal);
  });
});

const isInstalled = existsSync(join(ROOT, BEFORE, 'node_modules'));

describe.skipIf(!isInstalled || !isRedisInstalled())(
  'from BullMQ (needs redis-server and npm ci --prefix examples/before)',
  () => {
    let redis: Redis;

    beforeAll(async () => {
      await buildBefore();
      redis = await startRedis(directory.path);
    });

    afterAll(() => redis.end());

    it('the program before prints what the one after it prints', async () => {
      const before = await printed(`${BEFORE}/dist/bullmq/before.js`, redis.address);
      expect(before).toBe(pageOf('migrate-from-bullmq').output);
    });

    it('a move with a crash in it loses nothing and doubles nothing, and goes back', async () => {
      const file = `${BEFORE}/dist/bullmq/rehearse.js`;
      const said = await printed(file, redis.address, server.address);
      expect(said).toBe(pageOf('migrate-from-bullmq').rehearsal);
    });
  },
);

/** HOST:PORT of an empty Kafka: it takes minutes to start one and to play with it, so nobody is made to wait for it. */
const KAFKA = process.env['MILLRACE_EXAMPLES_KAFKA'];

describe.skipIf(!isInstalled || KAFKA === undefined)(
  'from Kafka (needs MILLRACE_EXAMPLES_KAFKA and npm ci --prefix examples/before)',
  () => {
    beforeAll(buildBefore);

    it('the program before prints what the one after it prints', async () => {
      const before = await printed(`${BEFORE}/dist/kafka/before.js`, KAFKA ?? '');
      expect(before).toBe(pageOf('migrate-from-kafka').output);
    });

    it('a copy with a crash in it loses nothing and doubles nothing, and goes back', async () => {
      const file = `${BEFORE}/dist/kafka/rehearse.js`;
      const said = await printed(file, KAFKA ?? '', server.address);
      expect(said).toBe(pageOf('migrate-from-kafka').rehearsal);
    });
  },
);

async function buildBefore(): Promise<void> {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, '-b', join(ROOT, BEFORE)], { timeout: RUN_MS_MAX });
}
