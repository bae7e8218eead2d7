// The group `keys`.

import type { Group } from '../../command.ts';
import { create } from './create.ts';
import { list } from './list.ts';
import { revoke } from './revoke.ts';

export const keys: Group = { name: 'keys', commands: [create, list, revoke] };
