// Every way the process can end, as one table, and the error that says which. It ends nothing itself.

export interface ExitSpec {
  readonly code: number;
  readonly about: string;
}

/** Numbers follow sysexits.h where it has a fitting one. */
export const EXITS = {
  clean: { code: 0, about: 'Stopped as asked: everything acknowledged is on the disk.' },
  damaged: {
    code: 1,
    about: 'An offline command found something corrupt, or rows that contradict each other.',
  },
  badOption: { code: 64, about: 'An option is unknown, out of its range, or contradicts another.' },
  foreignData: {
    code: 65,
    about:
      'The data directory was written by a newer version, or not by Millrace, or a file of its journal is missing or damaged.',
  },
  noInput: {
    code: 66,
    about:
      'What an offline command is to read does not exist, or cannot be read: directory, topic, partition, record.',
  },
  addressTaken: {
    code: 69,
    about: 'A port is in use, or the host is not an address of this machine.',
  },
  internalFault: { code: 70, about: "A fault of the broker's own; the log says more." },
  forced: {
    code: 71,
    about:
      'The shutdown deadline passed, or a second signal came. Acknowledged data is safe. Also: a backup passed its time limit.',
  },
  dataNotWritable: {
    code: 73,
    about: 'The data directory, or the target of a copy, cannot be created or written.',
  },
  flushUnknown: {
    code: 74,
    about: 'A write or flush failed, or its outcome is unknown. Check the disk, then start again.',
  },
  dataLocked: { code: 75, about: 'Another broker uses the data directory.' },
  interrupted: { code: 130, about: 'An offline command was ended by a signal before it was done.' },
} as const satisfies Record<string, ExitSpec>;

export type ExitName = keyof typeof EXITS;

/** A start that cannot go on: its message is the one line that people see. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly exit: ExitName;

  constructor(exit: ExitName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
  }

  get exitCode(): number {
    return EXITS[this.exit].code;
  }
}
