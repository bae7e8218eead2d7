// The table of commands: what the bench does besides running one workload. The command line, --help and the reference
// page derive from it.

import { agree } from '../agree/command.ts';
import { compare } from '../compare/command.ts';
import { http } from '../http/command.ts';
import { peers } from '../peers/command.ts';
import { profile } from '../profile/command.ts';
import { report } from '../report/command.ts';
import { scale } from '../scale/command.ts';
import { sight } from '../sight/command.ts';
import type { Command } from './command.ts';

export const COMMANDS: readonly Command[] = [
  report,
  compare,
  agree,
  profile,
  peers,
  scale,
  http,
  sight,
];
