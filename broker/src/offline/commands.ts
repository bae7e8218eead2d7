// The names of the offline commands: what `bin.ts` looks for, and `--help` lists. It loads nothing.

/** What works on a data directory without asking a broker. */
export const OFFLINE_COMMANDS = {
  inspect:
    'Look into a data directory or a backup, also beside a running broker; it changes nothing.',
  backup: 'Write a consistent copy of a data directory, also beside a running broker.',
  restore: 'Make a data directory of a backup.',
} as const satisfies Record<string, string>;

export type OfflineCommand = keyof typeof OFFLINE_COMMANDS;

export function isOfflineCommand(name: string | undefined): name is OfflineCommand {
  return name !== undefined && Object.hasOwn(OFFLINE_COMMANDS, name);
}

/** For the end of `--help`. */
export function offlineHelp(): string {
  const lines = Object.entries(OFFLINE_COMMANDS).map(
    ([name, about]) => `  ${name.padEnd(8)}  ${about}`,
  );
  return `\nOffline commands, each with its own --help:\n${lines.join('\n')}`;
}
