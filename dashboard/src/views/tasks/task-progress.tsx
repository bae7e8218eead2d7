// A task while it runs and when it has ended: how far it is, what it moved, and the way to stop it.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { Task } from '../../api/work-shapes.ts';
import { Badge, type Tone } from '../../components/badge.tsx';
import { Note, ProblemNote } from '../../components/note.tsx';
import { Meter } from '../../components/small-charts.tsx';
import { toast, toastProblem } from '../../components/toast.tsx';
import { formatCount, formatMany, formatShare } from '../../format/formats.ts';
import { ActButton } from '../../shell/rights.tsx';
import { outcomeText, partDone } from './task-text.ts';
import './tasks.css';

const RUNNING_MS = 500;

const TONES: Readonly<Record<Task['state'], Tone>> = {
  running: 'accent',
  completed: 'good',
  cancelled: 'warn',
  failed: 'bad',
};

export function TaskBadge({ state }: Pick<Task, 'state'>) {
  return <Badge tone={TONES[state]}>{state}</Badge>;
}

/** What it had moved stays moved. */
export async function cancelTask(taskId: number): Promise<void> {
  try {
    const { moved } = await call('DELETE /tasks/{taskId}', { path: { taskId } });
    toast({ text: `Task ${taskId} is cancelled: ${formatMany(moved, 'letter')} had moved.` });
  } catch (error) {
    toastProblem(error);
  }
}

interface TaskProgressProps {
  readonly taskId: number;
  /** Once, when it has ended. */
  readonly onEnd?: (() => void) | undefined;
}

/** Follows a task to its end. */
export function TaskProgress({ taskId, onEnd }: TaskProgressProps) {
  const [isOver, setOver] = useState(false);
  const { data: task, problem } = useLoad(
    (signal) => call('GET /tasks/{taskId}', { path: { taskId }, signal }),
    [taskId],
    { everyMs: isOver ? undefined : RUNNING_MS },
  );
  const state = task?.state;
  useEffect(() => {
    if (state === undefined) return;
    setOver(state !== 'running');
    if (state !== 'running') onEnd?.();
  }, [taskId, state]);
  if (task !== undefined) return <TaskBar task={task} />;
  return problem === undefined ? null : <ProblemNote problem={problem} />;
}

/** The task as it stands. */
export function TaskBar({ task }: { readonly task: Task }) {
  const { taskId, state, total, scanned, error } = task;
  const part = partDone(task);
  const tone = state === 'failed' ? 'bad' : state === 'cancelled' ? 'warn' : undefined;
  return (
    <div class="task-bar" role="status">
      <div class="task-bar-head">
        <TaskBadge state={state} />
        <strong class="task-outcome">{outcomeText(task)}</strong>
        <span class="muted">
          {formatShare(part)}: looked at {formatCount(scanned)} of {formatCount(total)}
        </span>
        {state === 'running' ? (
          <ActButton
            needs={[['alter', 'group', task.group]]}
            isSmall
            icon="close"
            onPress={() => void cancelTask(taskId)}
          >
            Cancel
          </ActButton>
        ) : null}
      </div>
      <Meter part={part} label={`Progress of task ${taskId}`} tone={tone} />
      {error === null ? null : <Note tone="bad">{error}</Note>}
    </div>
  );
}
