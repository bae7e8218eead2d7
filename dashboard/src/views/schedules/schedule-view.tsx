// One schedule: when it ticks, what it appends, what it has done, and the ways to pause, change and delete it.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { Schedule } from '../../api/work-shapes.ts';
import { confirmAct } from '../../components/confirm.tsx';
import { PayloadView } from '../../components/json-view.tsx';
import { Note, ProblemNote } from '../../components/note.tsx';
import { Facts, Loading, Page, Panel, Stat, Stats } from '../../components/page.tsx';
import { toast, toastProblem } from '../../components/toast.tsx';
import { Count, FromNow, Time } from '../../components/values.tsx';
import { formatMany } from '../../format/formats.ts';
import { ActButton, type Need } from '../../shell/rights.tsx';
import { goTo, linkTo } from '../../shell/router.ts';
import type { ViewProps } from '../../shell/routes.ts';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { scheduleRequest, timingText, valuesOf } from './schedule-form.ts';
import { ScheduleBadge } from './schedules-view.tsx';
import { TickList } from './tick-list.tsx';

const MISSED = {
  one: 'one message for all of them',
  all: 'one message each',
  none: 'no message',
} as const;

export function View({ params }: ViewProps) {
  const name = params['schedule'] ?? '';
  const { data, problem, reload } = useLoad(
    (signal) => call('GET /schedules/{schedule}', { path: { schedule: name }, signal }),
    [name],
    { everyMs: 1_000 },
  );
  const [isEdited, setEdited] = useState(false);
  if (data === undefined) {
    return problem === undefined ? <Loading /> : <ProblemNote problem={problem} onRetry={reload} />;
  }
  const { paused, error } = data;
  return (
    <Page
      title={name}
      badges={<ScheduleBadge {...data} />}
      about={timingText(data)}
      actions={<Actions schedule={data} onEdit={() => setEdited(true)} onChanged={reload} />}
    >
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      {error === null ? null : (
        <Note tone="bad">The last tick could not be carried out: {error}</Note>
      )}
      {paused ? (
        <Note tone="warn">
          Paused: it has no ticks. Those that pass are not made up for; resumed, it goes on with the
          first one after that.
        </Note>
      ) : null}
      <Stats>
        <Stat name="Next tick" value={<FromNow atMs={data.nextAtMs} />} />
        <Stat name="Last tick" value={<FromNow atMs={data.lastAtMs} />} />
        <Stat name="Sent" value={<Count value={data.sent} />} />
        <Stat
          name="Missed"
          value={<Count value={data.missedTicks} />}
          tone={data.missedTicks > 0 ? 'warn' : undefined}
        />
      </Stats>
      <Contents schedule={data} />
      {isEdited ? (
        <ScheduleDialog
          schedule={data}
          onClose={() => setEdited(false)}
          onDone={() => {
            setEdited(false);
            reload();
          }}
        />
      ) : null}
    </Page>
  );
}

function Contents({ schedule: data }: { readonly schedule: Schedule }) {
  const { paused, message } = data;
  return (
    <div class="grid grid-2">
      <Panel title="When">
        <Facts
          rows={[
            ['Ticks', timingText(data)],
            ['Topic', <a href={linkTo('/topics/{topic}', { topic: data.topic })}>{data.topic}</a>],
            ['Missed ticks get', MISSED[data.missed]],
            ['Made', <Time atMs={data.createdAtMs} />],
          ]}
        />
        {paused ? null : <Upcoming schedule={data} />}
      </Panel>
      <Panel title="What it appends">
        <Facts
          rows={[
            ['Key', message.key ?? undefined],
            ...Object.entries(message.headers ?? {}).map(
              ([header, value]) => [header, [value].flat().join(', ')] as const,
            ),
          ]}
        />
        <PayloadView of={message} height="260px" />
      </Panel>
    </div>
  );
}

/** Of a period they follow from the next; of cron the broker tells them. */
function Upcoming({ schedule }: { readonly schedule: Schedule }) {
  const { name, cron, everyMs, nextAtMs, message } = schedule;
  const isCron = cron !== null && message.payloadBase64 === undefined;
  const { data, problem } = useLoad(
    (signal) => {
      const { name: _name, ...settings } = scheduleRequest(valuesOf(schedule), message);
      return call('PUT /schedules/{schedule}', {
        path: { schedule: name },
        body: { ...settings, dryRun: true },
        signal,
      });
    },
    [name, cron, nextAtMs],
    { isOn: isCron },
  );
  if (everyMs !== null && nextAtMs !== null) {
    const ticks = [0, 1, 2, 3, 4].map((n) => nextAtMs + n * everyMs);
    return <TickList ticks={ticks} timeZone={undefined} />;
  }
  const timeZone = schedule.timeZone ?? 'UTC';
  if (data !== undefined) return <TickList ticks={data.nextTicksMs} timeZone={timeZone} />;
  if (problem === undefined) return null;
  return problem.status === 403 ? (
    <p class="muted">
      You may not see its next ticks: who asks for them needs the right to change it.{' '}
      {problem.message}
    </p>
  ) : (
    <ProblemNote problem={problem} />
  );
}

interface ActionsProps {
  readonly schedule: Schedule;
  readonly onEdit: () => void;
  readonly onChanged: () => void;
}

function Actions({ schedule, onEdit, onChanged }: ActionsProps) {
  const { name, paused, topic } = schedule;
  const needs: readonly Need[] = [['write', 'topic', topic]];
  const path = { schedule: name };
  const toggle = async () => {
    try {
      await (paused
        ? call('POST /schedules/{schedule}/resume', { path })
        : call('POST /schedules/{schedule}/pause', { path }));
      toast({ tone: 'good', text: paused ? `${name} goes on` : `${name} is paused` });
    } catch (error) {
      toastProblem(error);
    }
    onChanged();
  };
  return (
    <>
      <ActButton needs={needs} icon="trash" kind="danger" onPress={() => void remove(schedule)}>
        Delete
      </ActButton>
      <ActButton needs={needs} icon="edit" onPress={onEdit}>
        Change
      </ActButton>
      <ActButton
        needs={needs}
        icon={paused ? 'play' : 'pause'}
        kind="primary"
        onPress={() => void toggle()}
      >
        {paused ? 'Resume' : 'Pause'}
      </ActButton>
    </>
  );
}

async function remove({ name, sent, topic }: Schedule): Promise<void> {
  const isDone = await confirmAct({
    title: `Delete ${name}`,
    isDanger: true,
    typeName: name,
    consequence: {
      says: (
        <p>
          The schedule is gone at once. The <strong>{formatMany(sent, 'message')}</strong> that it
          has sent stay in {topic}. It cannot be undone.
        </p>
      ),
      act: `Delete ${name}`,
    },
    run: () => call('DELETE /schedules/{schedule}', { path: { schedule: name } }),
  });
  if (isDone) goTo(linkTo('/schedules'));
}
