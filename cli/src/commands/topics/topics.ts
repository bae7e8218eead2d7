// The group `topics`.

import type { Group } from '../../command.ts';
import { alter } from './alter.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { describe } from './describe.ts';
import { list } from './list.ts';

export const topics: Group = { name: 'topics', commands: [create, list, describe, alter, remove] };
