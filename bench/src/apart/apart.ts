// A measurement in a process of its own: what was measured before has left nothing in its heap and its compiled code, and it is what
// the same workload by itself would be. When this process goes, the other one does.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  Answer,
  LineTask,
  MeasuredLine,
  MeasuredPoint,
  Order,
  PointTask,
} from './messages.ts';

const CHILD = fileURLToPath(new URL('../../dist/apart/child.js', import.meta.url));

export interface ApartOptions {
  readonly isProgressShown: boolean;
  /** Ends what is measured; the promise rejects then. */
  readonly signal?: AbortSignal | undefined;
}

/** Rejects with what the workload failed with. */
export function measureLine(task: LineTask, options: ApartOptions): Promise<MeasuredLine> {
  return measure<MeasuredLine>({ ...task, isProgressShown: options.isProgressShown }, options);
}

export function measurePointApart(task: PointTask, options: ApartOptions): Promise<MeasuredPoint> {
  return measure<MeasuredPoint>({ ...task, isProgressShown: options.isProgressShown }, options);
}

async function measure<T>(order: Order, { signal }: ApartOptions): Promise<T> {
  const child = fork(CHILD, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const letGo = () => {
    if (child.connected) child.disconnect();
  };
  signal?.addEventListener('abort', letGo, { once: true });
  try {
    const answer = await new Promise<Answer<T>>((resolve, reject) => {
      let said: Answer<T> | undefined;
      child.once('message', (message: Answer<T>) => {
        said = message;
      });
      child.once('error', reject);
      child.once('exit', (code, by) => {
        resolve(said ?? { failed: `its process ended with ${code ?? by}` });
      });
      if (signal?.aborted === true) letGo();
      else child.send(order, (error) => (error ? reject(error) : undefined));
    });
    if ('failed' in answer) throw new Error(answer.failed);
    return answer.found;
  } finally {
    signal?.removeEventListener('abort', letGo);
  }
}
