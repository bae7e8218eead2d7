// npm start -- [options]: the broker, from a fresh checkout if need be. Options go to the broker.
import { runBuilt } from './workspace.mjs';

await runBuilt('broker/dist/bin.js', process.argv.slice(2), ['broker', 'cli']);
