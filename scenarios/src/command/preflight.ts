// What a machine must have before a scenario can be played, looked at one by one. Each look ends by itself and leaves
// nothing behind.

import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interruption, TemporaryDirectory } from '@millrace/harness';
import { open } from 'lmdb';
import { dialSqs } from '../stage/sqs.ts';
import { Stage } from '../stage/stage.ts';
import { EXIT } from './exit.ts';
import { finding, type Look } from './finding.ts';
import type { Finding } from './text.ts';

const MIB = 1 << 20;
const FREE_MIB_MIN = 512;
/** Native port, HTTP port, admin port. */
const PORTS = 3;
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PROGRAMS = [
  'launcher/dist/bin.js',
  'scenarios/dist/worker/main.js',
  'scenarios/dist/producer/main.js',
];

const LOOKS: Readonly<Record<string, Look>> = {
  'Node.js is new enough': async () => {
    const manifest = readFileSync(join(ROOT, 'scenarios/package.json'), 'utf8');
    const { engines } = JSON.parse(manifest) as { engines: { node: string } };
    const found = process.versions.node;
    const isEnough = isAtLeast(found, engines.node.replace('>=', ''));
    if (!isEnough) throw new Error(`${found}, it has to be ${engines.node}`);
    return `${found} (${engines.node})`;
  },
  'the programs are built': async () => {
    const missing = PROGRAMS.filter((file) => !existsSync(join(ROOT, file)));
    if (missing.length > 0) throw new Error(`${missing.join(', ')}: not there, run npm run build`);
    return PROGRAMS.join(', ');
  },
  'ports can be bound': async () => {
    const ports = await Promise.all(Array.from({ length: PORTS }, freePort));
    return `127.0.0.1, for instance ${ports.join(', ')}`;
  },
  'there is space for data': async () => {
    const { bavail, bsize } = await statfs(tmpdir());
    const freeMib = Math.floor((bavail * bsize) / MIB);
    const found = `${freeMib} MiB free in ${tmpdir()}`;
    if (freeMib < FREE_MIB_MIN) throw new Error(`${found}, ${FREE_MIB_MIN} MiB are needed`);
    return found;
  },
  'native modules load': async () => {
    const directory = new TemporaryDirectory('millrace-preflight-');
    try {
      const store = open({ path: join(directory.path, 'store') });
      await store.put('written', true);
      const isThere = store.get('written') === true;
      await store.close();
      if (!isThere) throw new Error('lmdb does not keep what it is given');
      return 'lmdb writes and reads';
    } finally {
      directory.remove();
    }
  },
  'the AWS SDK is there': async () => {
    const sqs = dialSqs('http://127.0.0.1:1');
    const { endpoint } = sqs.config;
    sqs.destroy();
    if (endpoint === undefined) throw new Error('it does not take an endpoint');
    return '@aws-sdk/client-sqs takes an endpoint';
  },
  'the server starts and answers': async () => {
    const quiet = () => {};
    const signal = interruption(() => EXIT.failed).signal;
    const stage = await Stage.open({
      via: 'native',
      isSpoiled: false,
      signal,
      say: quiet,
      onWait: quiet,
      onShow: quiet,
    });
    try {
      if (signal.aborted) throw new Error('interrupted');
      const { roundTripMs } = await stage.client.admin.ping();
      const { QueueUrls = [] } = await stage.sqs.listQueues();
      return `natively in ${roundTripMs.toFixed(1)} ms, by the SQS API with ${QueueUrls.length} queues`;
    } finally {
      await stage.close();
    }
  },
};

export async function* preflight(): AsyncGenerator<Finding> {
  for (const [what, look] of Object.entries(LOOKS)) yield await finding(what, look);
}

function isAtLeast(version: string, least: string): boolean {
  const [found, wanted] = [version, least].map((text) => text.split('.').map(Number));
  for (const [at, part] of (wanted ?? []).entries()) {
    const own = found?.[at] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}
