// npm run bench -- [options]: the load harness. Only the harness writes to stdout.
import { runBuilt } from './workspace.mjs';

await runBuilt('bench/dist/bin.js', process.argv.slice(2), ['bench', 'broker']);
