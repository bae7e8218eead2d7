// Makes a schedule, or puts another in its place: the gateway says beforehand what is wrong with it and when it would tick.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import { Problem } from '../../api/problem.ts';
import { useStill } from '../../api/still.ts';
import type { NewSchedule, Schedule, Ticks } from '../../api/work-shapes.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Select, TextArea, TextField } from '../../components/fields.tsx';
import { Form, MoreFields, useForm } from '../../components/form.tsx';
import { Note } from '../../components/note.tsx';
import { toast } from '../../components/toast.tsx';
import { formatMany } from '../../format/formats.ts';
import { hasLargeNumbers } from '../dead-letters/text-diff.ts';
import {
  MISSED,
  NEW_SCHEDULE,
  type ScheduleValues,
  scheduleRequest,
  settingsKey,
  UNIT_OPTIONS,
  valuesOf,
} from './schedule-form.ts';
import { TickList } from './tick-list.tsx';

interface ScheduleDialogProps {
  /** The one that is changed; without it a new one is made. */
  readonly schedule?: Schedule;
  readonly onClose: () => void;
  readonly onDone: (name: string) => void;
}

export function ScheduleDialog({ schedule: newest, onClose, onDone }: ScheduleDialogProps) {
  // The form shows the one that was there when it was opened.
  const [schedule] = useState(newest);
  const message = schedule?.message;
  const form = useForm<ScheduleValues>(
    schedule === undefined ? NEW_SCHEDULE : valuesOf(schedule),
    async (values) => {
      const made = scheduleRequest(values, message);
      if (schedule !== undefined) await mustBeAsOpened(schedule);
      await send(made, schedule !== undefined);
      toast({
        tone: 'good',
        text: schedule === undefined ? `${made.name} ticks from now on` : `${made.name} is changed`,
      });
      onDone(made.name);
    },
  );
  const { values } = form;
  const isBytes = message !== undefined && !isEditable(message);
  const foot = (
    <>
      <Button onPress={onClose}>Cancel</Button>
      <Button kind="primary" isDisabled={form.isBusy || isBytes} onPress={() => form.submit()}>
        {schedule === undefined ? 'Create schedule' : 'Change schedule'}
      </Button>
    </>
  );
  return (
    <Dialog
      title={schedule === undefined ? 'New schedule' : `Change ${schedule.name}`}
      onClose={onClose}
      foot={foot}
      width="640px"
    >
      <Form form={form}>
        {isBytes ? <NoText /> : null}
        {schedule === undefined ? null : (
          <Note>
            It is replaced in one commit: a period counts from now on,{' '}
            {formatMany(schedule.sent, 'message')} sent so far stay where they are.
          </Note>
        )}
        <div class="form-row">
          {schedule === undefined ? (
            <TextField label="Name" autoFocus placeholder="cleanup" {...form.field('name')} />
          ) : null}
          <TextField label="Topic" placeholder="chores" {...form.field('topic')} />
        </div>
        <Timing form={form} />
        <Preview values={values} message={message} isChange={schedule !== undefined} />
        <TextArea label="Value" rows={4} {...form.field('payload')} />
        <MoreFields title="Key, and ticks that were missed">
          <TextField
            label="Key"
            hint="Decides the partition; without one the name does."
            {...form.field('key')}
          />
          <Select
            label="Ticks missed while the broker was down"
            options={MISSED}
            {...form.field('missed')}
          />
        </MoreFields>
      </Form>
    </Dialog>
  );
}

function isEditable({ payload, payloadBase64, tombstone }: Schedule['message']): boolean {
  return payloadBase64 === undefined && tombstone !== true && !hasLargeNumbers(payload);
}

function NoText() {
  return (
    <Note tone="warn">
      Its value is no text, or has numbers that a browser cannot hold: it cannot be changed here.
    </Note>
  );
}

function Timing({ form }: { readonly form: ReturnType<typeof useForm<ScheduleValues>> }) {
  const isCron = form.values.timing === 'cron';
  return (
    <div class="form-row">
      <Select
        label="Ticks"
        options={[
          ['every', 'By a period'],
          ['cron', 'By cron'],
        ]}
        {...form.field('timing')}
      />
      {isCron ? (
        <>
          <TextField label="Cron" hint="minute hour day month weekday" {...form.field('cron')} />
          <TextField
            label="Time zone"
            placeholder="UTC"
            hint="as Europe/Berlin"
            {...form.field('timeZone')}
          />
        </>
      ) : (
        <>
          <TextField label="Every" type="number" {...form.field('every')} />
          <Select label="Unit" options={UNIT_OPTIONS} {...form.field('unit')} />
        </>
      )}
    </div>
  );
}

interface PreviewProps {
  readonly values: ScheduleValues;
  readonly message: Schedule['message'] | undefined;
  readonly isChange: boolean;
}

/** The next ticks, by the broker's own calendar; what is wrong, before it is sent. */
function Preview({ values, message, isChange }: PreviewProps) {
  const text = JSON.stringify(values);
  const still = useStill(text);
  const isSaid = values.topic.trim() !== '';
  const { data, problem } = useLoad(
    (signal) => {
      const said = { ...(JSON.parse(still) as ScheduleValues) };
      // Whether the name is free is told when it is sent.
      if (said.name.trim() === '') said.name = 'preview';
      return send({ ...scheduleRequest(said, message), dryRun: true }, true, signal);
    },
    [still, isChange],
    { isOn: isSaid },
  );
  if (!isSaid) return <p class="muted">Name a topic to see the next ticks.</p>;
  if (problem !== undefined) return <Note tone="warn">{problem.message}</Note>;
  const timeZone = values.timing === 'cron' ? values.timeZone.trim() || 'UTC' : undefined;
  return data === undefined ? null : <TickList ticks={data.nextTicksMs} timeZone={timeZone} />;
}

/** Throws where somebody else has changed or deleted it since the form was opened: nobody's work is written over unseen. */
async function mustBeAsOpened(schedule: Schedule): Promise<void> {
  const { name } = schedule;
  const now = await call('GET /schedules/{schedule}', { path: { schedule: name } });
  if (settingsKey(now) === settingsKey(schedule)) return;
  throw new Problem(409, {
    code: 'SCHEDULE_CHANGED',
    detail: `${name} was changed by somebody else since this was opened. Close it, look at what it is now, and change that.`,
  });
}

function send(
  { name, ...settings }: NewSchedule,
  isChange: boolean,
  signal?: AbortSignal,
): Promise<Ticks> {
  return isChange
    ? call('PUT /schedules/{schedule}', { path: { schedule: name }, body: settings, signal })
    : call('POST /schedules', { body: { name, ...settings }, signal });
}
