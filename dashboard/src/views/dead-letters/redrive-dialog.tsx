// Asks how letters are to be redriven, with the exact count of a dry run before there is a button to do it.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { isFresh, useLoad } from '../../api/load.ts';
import type { Problem } from '../../api/problem.ts';
import { useStill } from '../../api/still.ts';
import type { Redrive, RedriveFilter, Task } from '../../api/work-shapes.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Select, TextField } from '../../components/fields.tsx';
import { Note, ProblemNote } from '../../components/note.tsx';
import { Loading } from '../../components/page.tsx';
import { useShownProblem } from '../../components/shown-problem.ts';
import { formatMany } from '../../format/formats.ts';

const POLL_MS = 150;

interface RedriveDialogProps {
  /** Of the letters: the queue, or the topic where it has none. */
  readonly queue: string;
  /** Where the queue takes from several topics. */
  readonly topic: string | undefined;
  /** Which ones, in words: `rejected: no such address`. */
  readonly which: string;
  readonly filter: RedriveFilter;
  readonly onClose: () => void;
  readonly onStarted: (taskId: number) => void;
}

export function RedriveDialog(props: RedriveDialogProps) {
  const { queue, topic, which, filter, onClose, onStarted } = props;
  const [where, setWhere] = useState('back');
  const [target, setTarget] = useState('');
  const [rate, setRate] = useState('');
  const [problem, setProblem] = useShownProblem();
  const [isBusy, setBusy] = useState(false);
  const typed = where === 'back' ? undefined : target.trim();
  // A dry run looks at every letter: none for each key that is pressed.
  const to = useStill(typed);
  const isStill = to === typed;
  const isTold = to === undefined || to !== '';
  const body = { filter, ...(to === undefined ? {} : { to }) };
  const dry = useDryRun({ queue, topic, body, isOn: isTold });
  const ratePerSecond = rate.trim() === '' ? 0 : Number(rate);
  const isRate = Number.isSafeInteger(ratePerSecond) && ratePerSecond >= 0;
  const start = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { taskId } = await call('POST /queues/{queue}/redrive', {
        path: { queue },
        query: { topic },
        body: { ...body, ratePerSecond },
      });
      onStarted(taskId);
    } catch (error) {
      setProblem(error as Problem);
      setBusy(false);
      // It may have begun, or letters may be others by now: the count of before is no longer sure.
      dry.reload();
    }
  };
  const counted = isTold && isStill && isFresh(dry) ? dry.data : undefined;
  const moved = counted?.moved ?? 0;
  const foot = (
    <>
      <Button autoFocus onPress={onClose}>
        Cancel
      </Button>
      <Button
        kind="primary"
        isDisabled={counted === undefined || moved === 0 || isBusy || !isRate}
        onPress={() => void start()}
      >
        {counted === undefined ? 'Redrive' : `Redrive ${formatMany(moved, 'letter')}`}
      </Button>
    </>
  );
  return (
    <Dialog title={`Redrive: ${which}`} onClose={onClose} foot={foot}>
      <Fields
        where={where}
        setWhere={setWhere}
        target={target}
        setTarget={setTarget}
        rate={rate}
        setRate={setRate}
        isRate={isRate}
      />
      {counted === undefined ? null : <Counted task={counted} to={to} />}
      {counted === undefined && isTold && dry.problem === undefined ? <Loading rows={2} /> : null}
      {dry.problem !== undefined && isTold ? (
        <ProblemNote problem={dry.problem} onRetry={dry.reload} />
      ) : null}
      {problem === undefined ? null : <ProblemNote problem={problem} />}
    </Dialog>
  );
}

interface DryRun {
  readonly queue: string;
  readonly topic: string | undefined;
  readonly body: Redrive;
  readonly isOn: boolean;
}

/** Counts again whenever another redrive is asked for. */
function useDryRun({ queue, topic, body, isOn }: DryRun) {
  return useLoad(
    async (signal) => {
      const { taskId } = await call('POST /queues/{queue}/redrive', {
        path: { queue },
        query: { topic },
        body: { ...body, dryRun: true },
        signal,
      });
      return ended(taskId, signal);
    },
    [queue, topic, JSON.stringify(body)],
    { isOn },
  );
}

interface FieldsProps {
  readonly where: string;
  readonly setWhere: (where: string) => void;
  readonly target: string;
  readonly setTarget: (target: string) => void;
  readonly rate: string;
  readonly setRate: (rate: string) => void;
  readonly isRate: boolean;
}

function Fields(props: FieldsProps) {
  const { where, setWhere, target, setTarget, rate, setRate, isRate } = props;
  return (
    <div class="form">
      <Select
        label="To"
        value={where}
        onInput={setWhere}
        options={[
          ['back', 'Where each of them died'],
          ['topic', 'A topic'],
        ]}
      />
      {where === 'topic' ? (
        <TextField label="Topic" value={target} onInput={setTarget} placeholder="mails-by-hand" />
      ) : null}
      <TextField
        label="Letters a second"
        type="number"
        value={rate}
        onInput={setRate}
        placeholder="as fast as it goes"
        hint="At most so many: workers behind it may be slow."
        fault={isRate ? undefined : 'This is no whole number from 0.'}
      />
    </div>
  );
}

/** What a dry run has counted, in words. */
function Counted({ task, to }: { readonly task: Task; readonly to: string | undefined }) {
  const { moved, skipped, failed } = task;
  if (task.state !== 'completed') {
    return (
      <Note tone="bad">
        The dry run was {task.state}. {task.error}
      </Note>
    );
  }
  return (
    <Note tone={failed > 0 ? 'warn' : 'info'}>
      <strong>{formatMany(moved, 'letter')}</strong>{' '}
      {to === undefined
        ? 'will be ready again where they died, with no delivery and no failure.'
        : `will be copied to ${to} and resolved here.`}{' '}
      {skipped === 0 ? '' : `${formatMany(skipped, 'other')} will stay. `}
      {failed === 0
        ? ''
        : `${formatMany(failed, 'letter')} cannot be moved and will stay: their source is gone, or the target does not take them. `}
      A redrive can be cancelled; what it has moved by then stays moved.
    </Note>
  );
}

async function ended(taskId: number, signal: AbortSignal): Promise<Task> {
  for (;;) {
    const task = await call('GET /tasks/{taskId}', { path: { taskId }, signal });
    if (task.state !== 'running') return task;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
