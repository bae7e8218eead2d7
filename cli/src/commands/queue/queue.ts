// The group `queue`.

import type { Group } from '../../command.ts';
import { ACKNOWLEDGE_COMMANDS } from './acknowledge.ts';
import { alter } from './alter.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { describe } from './describe.ts';
import { list } from './list.ts';
import { peek } from './peek.ts';
import { receive } from './receive.ts';
import { stats } from './stats.ts';

export const queue: Group = {
  name: 'queue',
  commands: [create, list, describe, alter, remove, stats, peek, receive, ...ACKNOWLEDGE_COMMANDS],
};
