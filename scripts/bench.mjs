// npm run bench -- [options]: the load harness. Only the harness writes to stdout.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runBuilt } from './workspace.mjs';

// The clients of peers are there only where somebody installed them.
const arePeersInstalled = existsSync(join(ROOT, 'bench/peers/node_modules'));
const packages = ['bench', 'broker', ...(arePeersInstalled ? ['bench/peers'] : [])];
await runBuilt('bench/dist/bin.js', process.argv.slice(2), packages);
