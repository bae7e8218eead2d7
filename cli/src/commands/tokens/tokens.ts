// The group `tokens`.

import type { Group } from '../../command.ts';
import { create } from './create.ts';
import { list } from './list.ts';
import { revoke } from './revoke.ts';

export const tokens: Group = { name: 'tokens', commands: [create, list, revoke] };
