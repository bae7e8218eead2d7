// Programs that an example starts do not outlive it, whether it ends, fails or is told to end. SIGKILL alone cannot be heard.
import type { ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => process.exit(1));
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export function endWithMe<C extends ChildProcess>(child: C): C {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
