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
    include: ['*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
