// millrace-broker: serves until it is told to stop, or runs one of its offline commands. Runs when imported; the command
// line is in process.argv.

import { isOfflineCommand } from './offline/commands.ts';
import { runBroker, runOffline } from './run-broker.ts';

const args = process.argv.slice(2);
if (isOfflineCommand(args[0])) process.exitCode = await runOffline(args);
else await runBroker(args, process.env);
