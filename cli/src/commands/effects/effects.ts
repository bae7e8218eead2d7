// The group `effects`.

import type { Group } from '../../command.ts';
import { get } from './get.ts';

export const effects: Group = { name: 'effects', commands: [get] };
