// How the tests run: sources stand in for the workspace packages, so unit tests need no build.
// End-to-end tests start the built binaries instead; `npm test` builds them first.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { planting } from './test/planted/plant.mjs';
import { seedingProperties } from './test/properties/seeding.mjs';

const PACKAGES = [
  'protocol',
  'core',
  'storage',
  'options',
  'broker',
  'client',
  'cli',
  'gateway',
  'launcher',
  'harness',
  'scenarios',
  'bench',
];

/** Where nobody stands by to run it again: of tests with processes, sockets and clocks (docs/adr/0239-a-second-attempt-in-ci.md). */
const SECOND_ATTEMPTS = process.env['CI'] ? 1 : 0;

const BUILT = ['**/node_modules/**', '**/dist/**'];
const PURE = ['core/test/**/*.test.ts', 'protocol/test/**/*.test.ts'];
const SQS = ['test/sqs/*.test.ts'];
const SIGHT = ['test/sight/**/*.test.ts'];
const EXAMPLES = ['examples/test/**/*.test.ts', 'test/examples/**/*.test.ts'];

/** Only where it is asked for: its tests need a browser and other programs. */
const isSightAsked =
  process.env['MILLRACE_SIGHT'] === '1' || process.argv.some((text) => text.includes('test/sight'));

/** Only where it is asked for: its tests start example programs, scenarios and the servers of others. */
const isExamplesAsked =
  process.env['MILLRACE_EXAMPLES'] === '1' ||
  process.argv.some((text) => /\bexamples\/test\b|\btest\/examples\b/.test(text));

const EXAMPLES_PROJECT = {
  extends: true,
  test: {
    name: 'examples',
    include: EXAMPLES,
    exclude: BUILT,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
} as const;

const SIGHT_PROJECT = {
  extends: true,
  test: {
    name: 'sight',
    include: SIGHT,
    exclude: BUILT,
    globalSetup: './test/sight/support/fresh-page.ts',
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
} as const;

/** A bug, to see it found: docs/reliability.md. */
const plant = process.env['MILLRACE_PLANT'];

export default defineConfig({
  plugins: [seedingProperties(), ...(plant ? [planting(plant)] : [])],
  resolve: {
    alias: [
      {
        find: '@millrace/storage/testing',
        replacement: fileURLToPath(
          new URL('./storage/src/testing/faulty-store.ts', import.meta.url),
        ),
      },
      {
        find: '@millrace/client/opentelemetry',
        replacement: fileURLToPath(
          new URL('./client/src/opentelemetry/instrument.ts', import.meta.url),
        ),
      },
      ...PACKAGES.map((name) => ({
        find: new RegExp(`^@millrace/${name}$`),
        replacement: fileURLToPath(new URL(`./${name}/src/index.ts`, import.meta.url)),
      })),
    ],
  },
  test: {
    projects: [
      {
        // Without processes, sockets and state of their own: files share a process, and load the sources once.
        extends: true,
        test: { name: 'pure', include: PURE, exclude: BUILT, isolate: false, retry: 0 },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...BUILT, ...PURE, ...SQS, ...SIGHT, ...EXAMPLES],
        },
      },
      {
        // One server for all its files, started only where one of them runs; they load the SDK once a process.
        extends: true,
        test: {
          name: 'sqs',
          include: SQS,
          exclude: BUILT,
          isolate: false,
          globalSetup: './test/sqs/support/shared-server.ts',
        },
      },
      ...(isSightAsked ? [SIGHT_PROJECT] : []),
      ...(isExamplesAsked ? [EXAMPLES_PROJECT] : []),
    ],
    pool: 'forks',
    maxWorkers: 2,
    retry: SECOND_ATTEMPTS,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // For polls that name none: a machine under load may pause for longer than the second it would be.
    expect: { poll: { timeout: 20_000 } },
  },
});
