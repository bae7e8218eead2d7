// The command tree: which groups and commands there are. A group is loaded only when it is asked for, so that the start
// of the program costs one small file; completion, reference page and tests load all.

import type { Command, Group } from './command.ts';

export interface Entry {
  readonly name: string;
  readonly about: string;
  /** A group of verbs, or one command. */
  load(): Promise<Group | Command>;
}

export const ENTRIES: readonly Entry[] = [
  {
    name: 'topics',
    about: 'create, list, describe, alter, grow and delete topics, look up offsets, delete records',
    load: async () => (await import('./commands/topics/topics.ts')).topics,
  },
  {
    name: 'produce',
    about: 'append records from stdin or a file to a topic',
    load: async () => (await import('./commands/produce/produce.ts')).produce,
  },
  {
    name: 'consume',
    about: 'read records of a topic, as one JSON object a line',
    load: async () => (await import('./commands/consume/consume.ts')).consume,
  },
  {
    name: 'export',
    about: 'write the records of a topic to a file, byte for byte',
    load: async () => (await import('./commands/transfer/export.ts')).exportTopic,
  },
  {
    name: 'import',
    about: 'append the records of an export to a topic',
    load: async () => (await import('./commands/transfer/import.ts')).importTopic,
  },
  {
    name: 'queue',
    about: 'work with queues: share groups that lease messages one by one',
    load: async () => (await import('./commands/queue/queue.ts')).queue,
  },
  {
    name: 'dlq',
    about: 'dead letters: list their topics, give them another chance',
    load: async () => (await import('./commands/dlq/dlq.ts')).dlq,
  },
  {
    name: 'tasks',
    about: 'tasks of the broker: list, show and cancel them',
    load: async () => (await import('./commands/tasks/tasks.ts')).tasks,
  },
  {
    name: 'effects',
    about: 'the ledger of effects: what workers did once',
    load: async () => (await import('./commands/effects/effects.ts')).effects,
  },
  {
    name: 'groups',
    about: 'list, describe, reset and delete consumer groups, export their offsets',
    load: async () => (await import('./commands/groups/groups.ts')).groups,
  },
  {
    name: 'schedules',
    about: 'recurring messages: create, list, describe, pause, resume and delete schedules',
    load: async () => (await import('./commands/schedules/schedules.ts')).schedules,
  },
  {
    name: 'users',
    about: 'who may log in: create, list, alter and delete users, set their passwords',
    load: async () => (await import('./commands/users/users.ts')).users,
  },
  {
    name: 'tokens',
    about: 'tokens that users log in with: create, list, revoke',
    load: async () => (await import('./commands/tokens/tokens.ts')).tokens,
  },
  {
    name: 'keys',
    about: 'access keys of users for the Amazon SQS API: create, list, revoke',
    load: async () => (await import('./commands/keys/keys.ts')).keys,
  },
  {
    name: 'acls',
    about: 'access rules: add, remove, list, and check what a user may do',
    load: async () => (await import('./commands/acls/acls.ts')).acls,
  },
  {
    name: 'status',
    about: 'show how the broker is: readiness, storage, process, rates, options',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'ping',
    about: 'measure round trips to the broker',
    load: async () => (await import('./commands/ping.ts')).ping,
  },
  {
    name: 'completion',
    about: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
];

export function isGroup(loaded: Group | Command): loaded is Group {
  return 'commands' in loaded;
}

/** A command with the words that call it: `['topics', 'create']`. */
export interface PlacedCommand {
  readonly path: readonly string[];
  readonly command: Command;
}

export interface PlacedEntry {
  readonly name: string;
  readonly about: string;
  readonly isGroup: boolean;
  readonly commands: readonly PlacedCommand[];
}

/** Every command, in the order of help. */
export async function loadTree(): Promise<readonly PlacedEntry[]> {
  return Promise.all(
    ENTRIES.map(async (entry) => {
      const { name, about } = entry;
      const loaded = await entry.load();
      const commands = isGroup(loaded)
        ? loaded.commands.map((each) => ({ path: [name, each.name], command: each }))
        : [{ path: [name], command: loaded }];
      return { name, about, isGroup: isGroup(loaded), commands };
    }),
  );
}
