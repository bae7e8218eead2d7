// The exit codes and what each means. The reference page prints this table. It imports nothing: every start loads it.

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  notFound: 4,
  conflict: 5,
  timeout: 6,
  unavailable: 7,
  denied: 8,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitName = keyof typeof EXIT;
export type ExitCode = (typeof EXIT)[ExitName];

export const EXIT_ABOUT: { readonly [N in ExitName]: string } = {
  ok: 'Done. Also: `consume` was ended by Ctrl-C, or by a closed pipe.',
  failed: 'The operation failed for a reason that has no code of its own.',
  usage:
    'The command line or the input is wrong: nothing was done, or the broker refused a name or setting.',
  unreachable: 'No broker answers at the address, or the connection was lost.',
  notFound: 'The topic, partition, group, queue, message, task, file or receipt does not exist.',
  conflict:
    'It exists already, is in use, or was decided otherwise: an old receipt, a message that is leased or resolved, a task that was cancelled.',
  timeout: 'No reply came in time (`--timeout`), or `queue receive --fail-if-empty` got nothing.',
  unavailable:
    'The broker answers and cannot do it now (full, overloaded, shutting down): try again later.',
  denied:
    'The broker did not let it happen: it does not know who asks, or that user may not do this. Also `acls check` where the answer is no.',
  interrupted: 'Ended by Ctrl-C (SIGINT) before it was done.',
  terminated: 'Ended by SIGTERM before it was done.',
};
