// Programs that an example starts do not outlive it, whether it ends, fails or is told to end. SIGKILL alone cannot be heard.
import type { ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();

// Each time: one that comes again (from npm, which passes on what the terminal has told) would end this at once, with all
// that is yet to be done at its exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(1));
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export function endWithMe<C extends ChildProcess>(child: C): C {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
