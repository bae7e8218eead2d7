// The rules of topics, as scripts that can be read.
import { logCommands } from '../support/log-commands.ts';
import { Machine } from '../support/machine.ts';
import { testTraces } from '../support/trace.ts';

testTraces('topic', () => logCommands(new Machine()));
