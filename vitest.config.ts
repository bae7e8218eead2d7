// How the tests run: sources stand in for the workspace packages, so unit tests need no build.
// End-to-end tests start the built binaries instead; `npm test` builds them first.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

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

const BUILT = ['**/node_modules/**', '**/dist/**'];
const PURE = ['core/test/**/*.test.ts', 'protocol/test/**/*.test.ts'];
const SQS = ['test/sqs/*.test.ts'];

export default defineConfig({
  resolve: {
    alias: [
      {
        find: '@millrace/storage/testing',
        replacement: fileURLToPath(
          new URL('./storage/src/testing/faulty-store.ts', import.meta.url),
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
        test: { name: 'pure', include: PURE, exclude: BUILT, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...BUILT, ...PURE, ...SQS],
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
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
