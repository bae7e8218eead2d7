// What the broker does in the background: tasks that run, and those that ended lately.
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { Task } from '../../api/work-shapes.ts';
import { Badge } from '../../components/badge.tsx';
import { LinkButton } from '../../components/button.tsx';
import type { Column } from '../../components/columns.ts';
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Page, Panel } from '../../components/page.tsx';
import { Meter } from '../../components/small-charts.tsx';
import { Table } from '../../components/table.tsx';
import { Count, FromNow } from '../../components/values.tsx';
import { ActButton } from '../../shell/rights.tsx';
import { goTo, linkTo } from '../../shell/router.ts';
import { cancelTask, TaskBadge } from './task-progress.tsx';
import { movementText, partDone, whichText } from './task-text.ts';

const COLUMNS: readonly Column<Task>[] = [
  {
    id: 'task',
    title: 'Task',
    width: '100px',
    sort: ({ taskId }) => taskId,
    cell: ({ taskId, kind }) => (
      <a href={linkTo('/tasks/{task}', { task: taskId })}>
        {kind} {taskId}
      </a>
    ),
  },
  {
    id: 'what',
    title: 'Moves',
    width: 'minmax(120px, 3fr)',
    cell: (task) => (
      <span title={`${movementText(task)}: ${whichText(task)}`}>
        {movementText(task)} <span class="muted">{whichText(task)}</span>
      </span>
    ),
  },
  {
    id: 'state',
    title: 'State',
    width: '110px',
    sort: ({ state }) => state,
    cell: ({ state }) => <TaskBadge state={state} />,
  },
  {
    id: 'dry',
    title: 'Dry run',
    width: '90px',
    onPhone: false,
    cell: ({ dryRun }) => (dryRun ? <Badge tone="quiet">dry run</Badge> : null),
  },
  {
    id: 'progress',
    title: 'Progress',
    width: '110px',
    onPhone: false,
    cell: (task) => <Meter part={partDone(task)} label={`Progress of task ${task.taskId}`} />,
  },
  {
    id: 'moved',
    title: 'Moved',
    width: '80px',
    isNumber: true,
    onPhone: false,
    sort: ({ moved }) => moved,
    cell: ({ moved, dryRun }) =>
      dryRun ? <span class="muted">({moved})</span> : <Count value={moved} />,
  },
  {
    id: 'failed',
    title: 'Not movable',
    isNumber: true,
    onPhone: false,
    sort: ({ failed }) => failed,
    cell: ({ failed }) => <Count value={failed} />,
  },
  {
    id: 'began',
    title: 'Began',
    onPhone: false,
    sort: ({ startedAtMs }) => startedAtMs,
    cell: ({ startedAtMs }) => <FromNow atMs={startedAtMs} />,
  },
  {
    id: 'stop',
    title: 'Stop',
    width: '96px',
    onPhone: false,
    cell: ({ taskId, group, state }) =>
      state === 'running' ? (
        <ActButton
          needs={[['alter', 'group', group]]}
          isSmall
          icon="close"
          onPress={() => void cancelTask(taskId)}
        >
          Cancel
        </ActButton>
      ) : null,
  },
];

export function View() {
  const { data, problem, reload } = useLoad((signal) => call('GET /tasks', { signal }), [], {
    everyMs: 1_000,
  });
  return (
    <Page
      title="Tasks"
      about="What the broker does in the background: redrives of dead letters and their dry runs. Tasks go on over restarts."
    >
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      <Panel isFlush>
        {data === undefined ? (
          <Loading />
        ) : (
          <Table
            label="Tasks"
            rows={data.tasks}
            columns={COLUMNS}
            keyOf={({ taskId }) => String(taskId)}
            onOpen={({ taskId }) => goTo(linkTo('/tasks/{task}', { task: taskId }))}
            empty={
              <Empty
                title="No tasks yet"
                action={<LinkButton to={linkTo('/dead-letters')}>Dead letters</LinkButton>}
              >
                A redrive gives dead letters another chance, as a task that can be followed and
                cancelled here.
              </Empty>
            }
          />
        )}
      </Panel>
    </Page>
  );
}
