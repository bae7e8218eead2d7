// The group `topics`.

import type { Group } from '../../command.ts';
import { alter } from './alter.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { deleteRecords } from './delete-records.ts';
import { describe } from './describe.ts';
import { grow } from './grow.ts';
import { list } from './list.ts';
import { offsets } from './offsets.ts';

export const topics: Group = {
  name: 'topics',
  commands: [create, list, describe, offsets, alter, grow, deleteRecords, remove],
};
