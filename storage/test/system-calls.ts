// What a process asked of the system, read from what strace wrote down.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** strace may be absent, or not allowed to trace. */
export const HAS_STRACE = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

export interface SystemCall {
  readonly name: string;
  /** As strace shows them. */
  readonly args: string;
  readonly fd: number;
  readonly result: number;
}

/** A call that another thread's line cut in two is taken to happen when it ends. */
export function readCalls(path: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, string>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const cut = /^(.*) <unfinished \.\.\.>$/.exec(rest);
    if (cut) {
      unfinished.set(thread, cut[1] ?? '');
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const whole = resumed ? `${unfinished.get(thread) ?? ''}${resumed[1] ?? ''}` : rest;
    const match = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(whole);
    if (!match) continue;
    const [, name = '', args = '', result = ''] = match;
    calls.push({ name, args, fd: Number.parseInt(args, 10), result: Number(result) });
  }
  return calls;
}
