// Purges and redrives, rule by rule, as text.
import { describe } from 'vitest';
import { Machine } from '../support/machine.ts';
import { testTraces } from '../support/trace.ts';
import { operationCommands } from './operation-commands.ts';

describe('operations', () => {
  testTraces('operations', () => operationCommands(new Machine()));
});
