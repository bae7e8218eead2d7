// The rules of leases, as scripts that can be read.
import { describe } from 'vitest';
import { Machine } from '../support/machine.ts';
import { testTraces } from '../support/trace.ts';
import { operatorCommands } from './operator-commands.ts';
import { shareCommands } from './share-commands.ts';
import { transactCommands } from './transact-commands.ts';

describe('share traces', () => {
  testTraces('share', () => {
    const machine = new Machine();
    return {
      ...shareCommands(machine),
      ...transactCommands(machine),
      ...operatorCommands(machine),
    };
  });
});
