// The group `tasks`.

import type { Group } from '../../command.ts';
import { cancel } from './cancel.ts';
import { list } from './list.ts';
import { show } from './show.ts';

export const tasks: Group = { name: 'tasks', commands: [list, show, cancel] };
