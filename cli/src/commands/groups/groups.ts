// The group `groups`.

import type { Group } from '../../command.ts';
import { remove } from './delete.ts';
import { describe } from './describe.ts';
import { list } from './list.ts';
import { offsets } from './offsets.ts';
import { reset } from './reset.ts';

export const groups: Group = { name: 'groups', commands: [list, describe, offsets, reset, remove] };
