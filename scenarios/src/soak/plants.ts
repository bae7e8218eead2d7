// Faults that are put into the server on purpose, to see the soak find them: `--plant <name>`. A soak whose plants grow
// unseen says nothing.

import { cpSync, existsSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface Plant {
  readonly about: string;
  /** Options of node for the server. */
  readonly nodeFlags: (dataDir: string) => readonly string[];
  /** The server is killed and not started yet; `life` is the number of the one that ended. */
  readonly whileDown: (dataDir: string, life: number) => void;
}

const nothing = () => {};

/** A module that runs in the server before its own. */
function preload(source: string): readonly string[] {
  return ['--import', `data:text/javascript,${encodeURIComponent(source)}`];
}

/** Without the lock, which is a socket. */
function copyFiles(from: string, to: string): void {
  const filter = (path: string) => !basename(path).startsWith('lock-');
  cpSync(from, to, { recursive: true, filter });
}

const beside = (dataDir: string) => `${dataDir}-before`;

export const PLANTS: Readonly<Record<string, Plant>> = {
  memory: {
    about: 'The server keeps 5 MiB more every second.',
    nodeFlags: () =>
      preload('const kept=[];setInterval(()=>kept.push(Buffer.alloc(5<<20,1)),1000).unref()'),
    whileDown: nothing,
  },
  handles: {
    about: 'The server opens a file every second and never closes it.',
    nodeFlags: () =>
      preload(
        "import{openSync}from'node:fs';setInterval(()=>openSync('/dev/null','r'),1000).unref()",
      ),
    whileDown: nothing,
  },
  file: {
    about: 'The data directory gets 1 MiB more every second that nothing takes away.',
    nodeFlags: (dataDir) => {
      const path = JSON.stringify(join(dataDir, 'planted'));
      return preload(
        `import{appendFileSync}from'node:fs';setInterval(()=>appendFileSync(${path},Buffer.alloc(1<<20,1)),1000).unref()`,
      );
    },
    whileDown: nothing,
  },
  'lost-writes': {
    about: 'After the second kill the server starts with the data of the first: a disk that lied.',
    nodeFlags: () => [],
    whileDown: (dataDir, life) => {
      const before = beside(dataDir);
      if (life === 0) copyFiles(dataDir, before);
      if (life !== 1 || !existsSync(before)) return;
      rmSync(dataDir, { recursive: true });
      copyFiles(before, dataDir);
      rmSync(before, { recursive: true });
    },
  },
};
