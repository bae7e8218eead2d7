// npm start -- [options]: broker and HTTP gateway, from a fresh checkout if need be. Options go to them.
import { runBuilt } from './workspace.mjs';

await runBuilt('launcher/dist/bin.js', process.argv.slice(2), ['launcher', 'cli']);
