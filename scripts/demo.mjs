// npm run demo: the demonstration, from a fresh checkout if need be.
import { runBuilt } from './workspace.mjs';

await runBuilt('scenarios/dist/demo/main.js', process.argv.slice(2), ['scenarios', 'broker']);
