// A share group that an older broker wrote: settings that came since are as that broker had them.
import { expect, it } from 'vitest';
import {
  applyWrites,
  createShardState,
  describeShareGroups,
  type GroupRow,
  put,
  SHARE_DEFAULTS,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';

it('has the defaults where its row says nothing', () => {
  const { lateReceipts: _, deadLetterLoops: __, ...config } = SHARE_DEFAULTS;
  const row = { kind: 'share', name: 'g', createdAtMs: 1, config: { ...config, fence: false } };
  const machine = new Machine();
  machine.state = createShardState();
  applyWrites(machine.state, [
    put('meta', ['nextGroupId'], 2),
    put('groups', [1], row as GroupRow),
  ]);
  const [group] = machine.run(describeShareGroups, { groups: null }).groups;
  expect(group?.config).toEqual({ ...SHARE_DEFAULTS, fence: false });
});
