// The group `acls`.

import type { Group } from '../../command.ts';
import { add, remove } from './change.ts';
import { check } from './check.ts';
import { list } from './list.ts';

export const acls: Group = { name: 'acls', commands: [add, remove, list, check] };
