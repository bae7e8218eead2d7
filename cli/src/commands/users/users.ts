// The group `users`.

import type { Group } from '../../command.ts';
import { alter } from './alter.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { list } from './list.ts';
import { passwd } from './passwd.ts';

export const users: Group = { name: 'users', commands: [create, list, alter, passwd, remove] };
