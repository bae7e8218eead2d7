// The group `dlq`.

import type { Group } from '../../command.ts';
import { list } from './list.ts';
import { redrive } from './redrive.ts';

export const dlq: Group = { name: 'dlq', commands: [list, redrive] };
