// npm run scenario -- list | NAME | preflight | validate: shows and proves how a queue behaves when things go wrong.
import { runBuilt } from './workspace.mjs';

await runBuilt('scenarios/dist/command/scenario.js', process.argv.slice(2), [
  'scenarios',
  'launcher',
]);
