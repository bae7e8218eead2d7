// millrace-broker: serves until it is told to stop, or runs one of its offline commands. Runs when imported; the command
// line is in process.argv.

import { isOfflineCommand } from './offline/commands.ts';

const args = process.argv.slice(2);
if (isOfflineCommand(args[0])) {
  const { runOffline } = await import('./offline/run-offline.ts');
  process.exitCode = await runOffline(args);
} else {
  const { runBroker } = await import('./run-broker.ts');
  await runBroker(args, process.env);
}
