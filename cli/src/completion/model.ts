// What there is to complete, from the command tree: words at each place, options with their values. Knows no shell.

import type { Input } from '../command.ts';
import { loadTree } from '../registry.ts';
import { GLOBAL_INPUTS } from '../settings.ts';

export interface OptionWords {
  /** `-p`, `--partitions`. */
  readonly names: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  /** The values there are; empty where the value is free. */
  readonly values: readonly string[];
  readonly takesFile: boolean;
}

export interface Place {
  /** The words that lead here: `` (the start), `topics`, `topics create`. */
  readonly path: string;
  /** Commands that may follow. */
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  /** Words that the first argument may be. */
  readonly values: readonly string[];
  readonly options: readonly OptionWords[];
}

export interface CompletionModel {
  /** Options that may stand anywhere: among those of every place, too. */
  readonly global: readonly OptionWords[];
  readonly places: readonly Place[];
}

const HELP: OptionWords = {
  names: ['-h', '--help'],
  about: 'print help',
  takesValue: false,
  values: [],
  takesFile: false,
};

export async function completionModel(): Promise<CompletionModel> {
  const tree = await loadTree();
  const global = [...Object.values(GLOBAL_INPUTS).flatMap(optionWords), HELP];
  const places: Place[] = [
    {
      path: '',
      commands: [
        ...tree.map(({ name, about }) => ({ name, about })),
        { name: 'help', about: 'print help of a command' },
      ],
      values: [],
      options: [...global, { ...HELP, names: ['-V', '--version'], about: 'print the version' }],
    },
    {
      path: 'help',
      commands: tree.map(({ name, about }) => ({ name, about })),
      values: [],
      options: [],
    },
  ];
  for (const { name, isGroup, commands } of tree) {
    if (isGroup) {
      const verbs = commands.map(({ command }) => ({ name: command.name, about: command.about }));
      places.push({ path: name, commands: verbs, values: [], options: global });
    }
    for (const { path, command } of commands) {
      const inputs = Object.values(command.inputs);
      const values = inputs.find(({ kind }) => kind === 'argument')?.choices ?? [];
      const options = [...inputs.flatMap(optionWords), ...global];
      places.push({ path: path.join(' '), commands: [], values, options });
    }
  }
  return { global, places };
}

function optionWords({ kind, flags, about, choices }: Input<unknown>): OptionWords[] {
  if (kind === 'argument') return [];
  const names = flags
    .replace(/ [<[].*$/, '')
    .split(',')
    .map((name) => name.trim())
    .flatMap((name) => (name.startsWith('--no-') ? [name, name.replace('--no-', '--')] : [name]));

  return [
    {
      names,
      about,
      takesValue: /[<[]/.test(flags),
      values: choices ?? [],
      takesFile: /<file>/.test(flags),
    },
  ];
}
