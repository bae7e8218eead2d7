// Recurring messages: all schedules with their next and last tick.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { Schedule } from '../../api/work-shapes.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import type { Column } from '../../components/columns.ts';
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Page, Panel } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Count, FromNow, NONE } from '../../components/values.tsx';
import { goTo, linkTo } from '../../shell/router.ts';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { timingText } from './schedule-form.ts';

const linkOf = ({ name }: Pick<Schedule, 'name'>) =>
  linkTo('/schedules/{schedule}', { schedule: name });

export function ScheduleBadge({ paused, error }: Pick<Schedule, 'paused' | 'error'>) {
  if (error !== null) {
    return (
      <Badge tone="bad" title={error}>
        failing
      </Badge>
    );
  }
  return paused ? <Badge tone="warn">paused</Badge> : <Badge tone="good">ticking</Badge>;
}

const COLUMNS: readonly Column<Schedule>[] = [
  {
    id: 'name',
    title: 'Schedule',
    width: 'minmax(130px, 2fr)',
    sort: ({ name }) => name,
    cell: (row) => <a href={linkOf(row)}>{row.name}</a>,
  },
  {
    id: 'state',
    title: 'State',
    width: '90px',
    cell: (row) => <ScheduleBadge {...row} />,
  },
  {
    id: 'when',
    title: 'Ticks',
    width: 'minmax(120px, 2fr)',
    onPhone: false,
    cell: (row) => timingText(row),
  },
  {
    id: 'topic',
    title: 'Topic',
    onPhone: false,
    sort: ({ topic }) => topic,
    cell: ({ topic }) => topic,
  },
  {
    id: 'next',
    title: 'Next',
    isNumber: true,
    sort: ({ nextAtMs }) => nextAtMs,
    cell: ({ nextAtMs }) => <FromNow atMs={nextAtMs} />,
  },
  {
    id: 'last',
    title: 'Last',
    isNumber: true,
    onPhone: false,
    sort: ({ lastAtMs }) => lastAtMs,
    cell: ({ lastAtMs }) => (lastAtMs === null ? NONE : <FromNow atMs={lastAtMs} />),
  },
  {
    id: 'sent',
    title: 'Sent',
    isNumber: true,
    sort: ({ sent }) => sent,
    cell: ({ sent }) => <Count value={sent} />,
  },
  {
    id: 'missed',
    title: 'Missed',
    isNumber: true,
    onPhone: false,
    sort: ({ missedTicks }) => missedTicks,
    cell: ({ missedTicks }) => <Count value={missedTicks} />,
  },
];

export function View() {
  const { data, problem, reload } = useLoad(
    (signal) => call('GET /schedules', { query: { limit: 1_000 }, signal }),
    [],
    { everyMs: 2_000 },
  );
  const [isNew, setNew] = useState(false);
  const create = (
    <Button icon="plus" kind="primary" onPress={() => setNew(true)}>
      New schedule
    </Button>
  );
  return (
    <Page
      title="Schedules"
      about="Messages that the broker appends again and again, by a period or by cron: exactly one a tick, also over restarts."
      actions={create}
    >
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      <Panel isFlush>
        {data === undefined ? (
          <Loading />
        ) : (
          <Table
            label="Schedules"
            rows={data.schedules}
            columns={COLUMNS}
            keyOf={({ name }) => name}
            onOpen={(row) => goTo(linkOf(row))}
            empty={
              <Empty
                title="No schedules yet"
                command={`broker-cli schedules create cleanup --topic chores --every 5m --value '{"chore":"clean up"}'`}
              >
                A schedule needs a topic; a worker of a queue over it does what each message says.
              </Empty>
            }
          />
        )}
      </Panel>
      {isNew ? (
        <ScheduleDialog onClose={() => setNew(false)} onDone={(name) => goTo(linkOf({ name }))} />
      ) : null}
    </Page>
  );
}
