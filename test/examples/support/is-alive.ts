// Whether a process is there. It ends none.
import { existsSync, readFileSync } from 'node:fs';

/** A dead one whose parent is dead too may lie about until somebody takes note of it: it is no process any more. */
export function isAlive(pid: number): boolean {
  const status = `/proc/${pid}/status`;
  return existsSync(status) && !/^State:\s+[ZX]/m.test(readFileSync(status, 'utf8'));
}
