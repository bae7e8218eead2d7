// npm run scenarios -- fast | slow | all: many scenarios one after another, and a table of what came of them.
import { runBuilt } from './workspace.mjs';

await runBuilt('scenarios/dist/command/scenarios.js', process.argv.slice(2), [
  'scenarios',
  'launcher',
]);
