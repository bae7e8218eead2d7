// The rules of consumer groups, as scripts that can be read.
import { describe } from 'vitest';
import { Machine } from '../support/machine.ts';
import { testTraces } from '../support/trace.ts';
import { groupCommands } from './group-commands.ts';

describe('group traces', () => {
  testTraces('group', () => groupCommands(new Machine()));
});
