// millrace: broker and HTTP gateway in one process, or one of the broker's offline commands. Runs when imported; the
// command line is in process.argv.

import { isOfflineCommand, runOffline } from '@millrace/broker';
import { runProgram } from '@millrace/options';
import { MILLRACE_PROGRAM } from './program.ts';

const args = process.argv.slice(2);
if (isOfflineCommand(args[0])) process.exitCode = await runOffline(args);
else await runProgram(MILLRACE_PROGRAM, args, process.env);
