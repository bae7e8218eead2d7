// The completion scripts by shell.

import type { SHELLS } from '../commands/completion.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import type { CompletionModel } from './model.ts';
import { zshScript } from './zsh.ts';

export const SCRIPTS = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
} as const satisfies {
  readonly [S in (typeof SHELLS)[number]]: (model: CompletionModel) => string;
};
