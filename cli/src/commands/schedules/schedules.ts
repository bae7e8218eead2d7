// The group `schedules`.

import type { Group } from '../../command.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { describe } from './describe.ts';
import { list } from './list.ts';
import { pause, resume } from './pause.ts';

export const schedules: Group = {
  name: 'schedules',
  commands: [create, list, describe, pause, resume, remove],
};
