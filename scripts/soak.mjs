// npm run soak -- --minutes 60 --json: mixed load at half of the peak with kills, and whether anything is lost or grows.
import { runBuilt } from './workspace.mjs';

await runBuilt('scenarios/dist/soak/main.js', process.argv.slice(2), ['scenarios', 'launcher']);
