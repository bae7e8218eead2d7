// The group `queue`.

import type { Group } from '../../command.ts';
import { ACKNOWLEDGE_COMMANDS } from './acknowledge.ts';
import { alter } from './alter.ts';
import { blocked } from './blocked.ts';
import { CHANGE_COMMANDS } from './change.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { describe } from './describe.ts';
import { list } from './list.ts';
import { message } from './message.ts';
import { messages } from './messages.ts';
import { peek } from './peek.ts';
import { purge, undoPurge } from './purge.ts';
import { receive } from './receive.ts';
import { stats } from './stats.ts';
import { unblock } from './unblock.ts';

const SETUP = [create, list, describe, alter, remove, stats];
const LOOKING = [peek, messages, message, blocked];
const MEMBERS = [receive, ...ACKNOWLEDGE_COMMANDS];
const OPERATORS = [...CHANGE_COMMANDS, unblock, purge, undoPurge];

export const queue: Group = {
  name: 'queue',
  commands: [...SETUP, ...LOOKING, ...MEMBERS, ...OPERATORS],
};
