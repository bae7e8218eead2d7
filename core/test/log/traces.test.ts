// The rules of the log, as scripts that can be read.
import { describe } from 'vitest';
import { logCommands } from '../support/log-commands.ts';
import { Machine } from '../support/machine.ts';
import { testTraces } from '../support/trace.ts';

describe('log traces', () => testTraces('log', () => logCommands(new Machine())));
