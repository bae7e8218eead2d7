// The program broker-cli: runs on import. Hands the process to `runCli` and ends with its exit code.

import { runCli } from './run-cli.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await runCli(process.argv.slice(2), processTerminal());
