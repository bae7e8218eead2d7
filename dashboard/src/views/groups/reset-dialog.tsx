// Where a consumer group is to go on: chosen, then shown partition by partition (from, to, what is read again, what is
// never read) before there is a button to do it.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { isFresh, useLoad } from '../../api/load.ts';
import type { Problem } from '../../api/problem.ts';
import type { ConsumerGroup, ResetPlace, ResetRow } from '../../api/work-shapes.ts';
import { Button } from '../../components/button.tsx';
import type { Column } from '../../components/columns.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Select, TextField } from '../../components/fields.tsx';
import { Note, ProblemNote } from '../../components/note.tsx';
import { Loading } from '../../components/page.tsx';
import { useShownProblem } from '../../components/shown-problem.ts';
import { Table } from '../../components/table.tsx';
import { toast } from '../../components/toast.tsx';
import { Count, NONE } from '../../components/values.tsx';
import { formatCount, formatMany } from '../../format/formats.ts';
import { effectOf, RESET_KINDS, resetPlaceOf, resetTotals } from './reset-plan.ts';

const COLUMNS: readonly Column<ResetRow>[] = [
  {
    id: 'place',
    title: 'Partition',
    width: 'minmax(110px, 2fr)',
    sort: ({ topic, partition }) => `${topic}/${partition}`,
    cell: ({ topic, partition }) => `${topic} / ${partition}`,
  },
  {
    id: 'from',
    title: 'From → to',
    isNumber: true,
    width: 'minmax(110px, 1.4fr)',
    cell: ({ before, offset }) =>
      `${before === null ? '–' : formatCount(before)} → ${formatCount(offset)}`,
  },
  {
    id: 'again',
    title: 'Read again',
    isNumber: true,
    sort: (row) => effectOf(row).again,
    cell: (row) => (row.before === null ? NONE : <Count value={effectOf(row).again} />),
  },
  {
    id: 'skipped',
    title: 'Skipped',
    isNumber: true,
    sort: (row) => effectOf(row).skipped,
    cell: (row) => (row.before === null ? NONE : <Count value={effectOf(row).skipped} />),
  },
  {
    id: 'lag',
    title: 'Then to read',
    isNumber: true,
    onPhone: false,
    sort: ({ lag }) => lag,
    cell: ({ lag }) => <Count value={lag} />,
  },
];

/** Members that are named; of more the count. */
const NAMED_MAX = 5;

interface ResetDialogProps {
  readonly group: ConsumerGroup;
  readonly onClose: () => void;
  readonly onDone: () => void;
  /** It was refused, or nobody knows: the group may be another than the one that is given here. */
  readonly onTried: () => void;
}

export function ResetDialog({ group, onClose, onDone, onTried }: ResetDialogProps) {
  const [kind, setKind] = useState('earliest');
  const [text, setText] = useState('');
  const [problem, setProblem] = useShownProblem();
  const [isBusy, setBusy] = useState(false);
  const path = { group: group.group };
  const to = resetPlaceOf(kind, text);
  const isActive = group.members.length > 0;
  // Whoever came and went may have committed: what was shown of before is no longer so.
  const preview = usePreview(group, isActive ? undefined : to);
  const rows =
    !isActive && to !== undefined && isFresh(preview) ? preview.data?.partitions : undefined;
  const totals = resetTotals(rows ?? []);
  const reset = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { partitions } = await call('POST /groups/{group}/reset', {
        path,
        body: { to: to as ResetPlace },
      });
      const done = resetTotals(partitions);
      toast({
        tone: 'good',
        text: `${group.group} goes on elsewhere in ${formatMany(done.moved, 'partition')}: ${formatMany(done.again, 'record')} read again, ${formatCount(done.skipped)} skipped`,
      });
      onDone();
    } catch (error) {
      setProblem(error as Problem);
      setBusy(false);
      // It may have been done, or somebody has joined: where it would go on from is asked anew.
      preview.reload();
      onTried();
    }
  };
  const foot = (
    <>
      <Button autoFocus onPress={onClose}>
        Cancel
      </Button>
      <Button
        kind="danger"
        isDisabled={rows === undefined || totals.moved === 0 || isBusy}
        onPress={() => void reset()}
      >
        Reset {formatMany(totals.moved, 'partition')}
      </Button>
    </>
  );
  return (
    <Dialog title={`Reset ${group.group}`} onClose={onClose} foot={foot} width="720px">
      <div class="form">
        <div class="form-row">
          <Select label="Go on from" value={kind} onInput={setKind} options={RESET_KINDS} />
          <Place kind={kind} text={text} onInput={setText} isWrong={to === undefined} />
        </div>
        {isActive ? <Joined members={group.members} /> : null}
        {isActive || preview.problem === undefined ? null : (
          <ProblemNote problem={preview.problem} onRetry={preview.reload} />
        )}
        {rows === undefined && !isActive && to !== undefined && preview.problem === undefined ? (
          <Loading rows={3} />
        ) : null}
        {rows === undefined ? null : <Changes rows={rows} />}
        {problem === undefined ? null : <ProblemNote problem={problem} />}
      </div>
    </Dialog>
  );
}

function Joined({ members }: Pick<ConsumerGroup, 'members'>) {
  const names = members.map(({ memberId, instanceId }) => instanceId ?? memberId);
  return (
    <Note tone="warn">
      Somebody has joined: {formatMany(members.length, 'member')} now, {namesText(names)}. Nothing
      can be reset until they have stopped; what would change is asked anew then.
    </Note>
  );
}

function namesText(names: readonly string[]): string {
  const others = names.length - NAMED_MAX;
  const named = names.slice(0, NAMED_MAX).join(', ');
  return others > 0 ? `${named} and ${formatCount(others)} more` : named;
}

/** What a reset to there would do now, partition by partition. */
function usePreview({ group, epoch }: ConsumerGroup, to: ResetPlace | undefined) {
  return useLoad(
    (signal) =>
      call('POST /groups/{group}/reset', {
        path: { group },
        body: { to: to as ResetPlace, dryRun: true },
        signal,
      }),
    [group, epoch, JSON.stringify(to)],
    { isOn: to !== undefined },
  );
}

function Changes({ rows }: { readonly rows: readonly ResetRow[] }) {
  const totals = resetTotals(rows);
  return (
    <>
      <Note tone={totals.skipped > 0 ? 'warn' : 'info'}>
        <strong>{formatMany(totals.again, 'record')}</strong> will be read again and{' '}
        <strong>{formatCount(totals.skipped)}</strong> skipped, in{' '}
        {formatMany(totals.moved, 'partition')}. It can be undone only by another reset.
      </Note>
      <Table
        label="What changes"
        rows={rows}
        columns={COLUMNS}
        keyOf={({ topic, partition }) => `${topic}/${partition}`}
        height="34vh"
      />
    </>
  );
}

interface PlaceProps {
  readonly kind: string;
  readonly text: string;
  readonly onInput: (text: string) => void;
  readonly isWrong: boolean;
}

const PLACES: Readonly<
  Record<string, readonly [label: string, type: 'number' | 'datetime-local']>
> = {
  timestampMs: ['At (your time)', 'datetime-local'],
  durationMs: ['Minutes', 'number'],
  shiftBy: ['Records', 'number'],
  offset: ['Offset', 'number'],
};

function Place({ kind, text, onInput, isWrong }: PlaceProps) {
  const [label, type] = PLACES[kind] ?? [];
  if (label === undefined || type === undefined) return null;
  const fault = isWrong && text !== '' ? 'Say it as a number that fits.' : undefined;
  return <TextField label={label} type={type} value={text} onInput={onInput} fault={fault} />;
}
