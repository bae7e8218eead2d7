// The rules of the log, as scripts that can be read.
import { logCommands } from '../support/log-commands.ts';
import { Machine } from '../support/machine.ts';
import { testTraces } from '../support/trace.ts';

testTraces('log', () => logCommands(new Machine()));

testTraces('producer', () => logCommands(new Machine()));
