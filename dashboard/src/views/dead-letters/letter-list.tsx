// Dead letters one by one: of all reasons or of one, to look into, to pick, to redrive, to correct.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { Letter, LetterGroup, RedriveFilter } from '../../api/work-shapes.ts';
import { StateBadge } from '../../components/badge.tsx';
import type { Column } from '../../components/columns.ts';
import { payloadLine } from '../../components/json-view.tsx';
import { More } from '../../components/more.tsx';
import { Panel } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Count, FromNow, NONE } from '../../components/values.tsx';
import { formatCount, formatMany } from '../../format/formats.ts';
import { ActButton } from '../../shell/rights.tsx';
import { EditDialog } from './edit-dialog.tsx';
import { groupText, ReasonBadge } from './group-table.tsx';
import { filterOfGroup, originKey, queryOfGroup, rangesOf, redriveNeeds } from './letter-groups.ts';
import { LetterPanel } from './letter-panel.tsx';

const PAGE = 200;

interface LetterPage {
  readonly letters: readonly Letter[];
  readonly next: string | null;
}
/** As many ranges as a redrive takes. */
const PICKED_MAX = 1_000;

const COLUMNS: readonly Column<Letter>[] = [
  {
    id: 'message',
    title: 'Message',
    width: 'minmax(140px, 3fr)',
    cell: ({ message }) => <span class="mono">{payloadLine(message)}</span>,
  },
  {
    id: 'reason',
    title: 'Reason',
    width: '112px',
    sort: ({ reason }) => reason,
    cell: ({ reason }) => <ReasonBadge reason={reason} />,
  },
  {
    id: 'error',
    title: 'Last error',
    width: 'minmax(120px, 2fr)',
    onPhone: false,
    sort: ({ error }) => error,
    cell: ({ error }) => (error === null ? NONE : <span title={error}>{error}</span>),
  },
  {
    id: 'key',
    title: 'Key',
    onPhone: false,
    sort: ({ message }) => message.key,
    cell: ({ message }) => message.key ?? NONE,
  },
  {
    id: 'deliveries',
    title: 'Deliveries',
    isNumber: true,
    onPhone: false,
    sort: ({ deliveries }) => deliveries,
    cell: ({ deliveries }) => <Count value={deliveries} />,
  },
  {
    id: 'state',
    title: 'State',
    onPhone: false,
    sort: ({ state }) => state,
    cell: ({ state }) => <StateBadge state={state} />,
  },
  {
    id: 'died',
    title: 'Died',
    isNumber: true,
    onPhone: false,
    sort: ({ diedAtMs }) => diedAtMs,
    cell: ({ diedAtMs }) => <FromNow atMs={diedAtMs} />,
  },
];

interface LetterListProps {
  readonly name: string;
  readonly topic: string | undefined;
  readonly data: { readonly topic: string; readonly queue: string | null };
  readonly group: LetterGroup | undefined;
  /** Another number: ask again. */
  readonly turn: number;
  readonly onRedrive: (which: string, filter: RedriveFilter) => void;
  readonly onChanged: () => void;
}

export function LetterList(props: LetterListProps) {
  const { name, topic, data, group, turn, onRedrive, onChanged } = props;
  const [pages, setPages] = useState(1);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [openId, setOpenId] = useState<string>();
  const groupKey = group === undefined ? undefined : originKey(group);
  const wanted = group === undefined ? {} : queryOfGroup(group);
  const {
    data: found,
    isLoading,
    problem,
  } = useLoad(
    (signal) => letters({ queue: name, query: { topic, ...wanted }, groupKey, pages }, signal),
    [name, topic, groupKey, pages, turn],
  );
  const rows = found?.letters ?? [];
  const picked = rows.filter(({ id }) => selected.has(id));
  const redrive = (which: readonly Letter[]) =>
    onRedrive(`${formatMany(which.length, 'letter')} picked`, { among: rangesOf(which) });
  return (
    <Panel
      title={group === undefined ? 'All letters' : groupText(group)}
      isFlush
      actions={
        <>
          <RedriveShown data={data} group={group} onRedrive={onRedrive} />
          <RedrivePicked data={data} picked={picked} onRedrive={redrive} />
        </>
      }
    >
      <Table
        label="Letters"
        rows={rows}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        selected={selected}
        onSelect={setSelected}
        onOpen={({ id }) => setOpenId(id)}
        height="46vh"
        foot={
          <More
            shown={rows.length}
            hasMore={found?.next !== null && found !== undefined}
            isLoading={isLoading}
            problem={problem}
            onMore={() => setPages((before) => before + 1)}
            one="letter"
          />
        }
      />
      <OneLetter
        data={data}
        open={rows.find(({ id }) => id === openId)}
        onClose={() => setOpenId(undefined)}
        onRedrive={(letter) => redrive([letter])}
        onChanged={onChanged}
      />
    </Panel>
  );
}

interface RedrivePickedProps extends Pick<LetterListProps, 'data'> {
  readonly picked: readonly Letter[];
  readonly onRedrive: (letters: readonly Letter[]) => void;
}

function RedrivePicked({ data, picked, onRedrive }: RedrivePickedProps) {
  const isTooMany = rangesOf(picked).length > PICKED_MAX;
  const why = isTooMany
    ? `They stand at more than ${formatCount(PICKED_MAX)} places: redrive a whole reason, or fewer`
    : undefined;
  return (
    <ActButton
      needs={redriveNeeds(data)}
      icon="reload"
      isSmall
      isDisabled={picked.length === 0 || isTooMany}
      title={why}
      onPress={() => onRedrive(picked)}
    >
      {picked.length === 0 ? 'Redrive selected' : `Redrive ${formatMany(picked.length, 'letter')}`}
    </ActButton>
  );
}

interface OneLetterProps {
  readonly data: LetterListProps['data'];
  readonly open: Letter | undefined;
  readonly onClose: () => void;
  readonly onRedrive: (letter: Letter) => void;
  readonly onChanged: () => void;
}

/** The letter that is looked into, or corrected. */
function OneLetter({ data, open, onClose, onRedrive, onChanged }: OneLetterProps) {
  const [edited, setEdited] = useState<Letter>();
  return (
    <>
      {open === undefined || edited !== undefined ? null : (
        <LetterPanel
          queue={data.queue}
          letter={open}
          onClose={onClose}
          onRedrive={() => {
            onClose();
            onRedrive(open);
          }}
          onEdit={() => setEdited(open)}
          onGone={() => {
            onClose();
            onChanged();
          }}
        />
      )}
      {edited === undefined ? null : (
        <EditDialog
          queue={data.queue}
          letterTopic={data.topic}
          letter={edited}
          onClose={() => setEdited(undefined)}
          onDone={() => {
            setEdited(undefined);
            onClose();
            onChanged();
          }}
        />
      )}
    </>
  );
}

type RedriveShownProps = Pick<LetterListProps, 'data' | 'group' | 'onRedrive'>;

/** All of the reason that is shown, also those that were not loaded. */
function RedriveShown({ data, group, onRedrive }: RedriveShownProps) {
  const filter = group === undefined ? undefined : filterOfGroup(group);
  if (group === undefined || filter === undefined) return null;
  return (
    <ActButton
      needs={redriveNeeds(data)}
      icon="reload"
      isSmall
      onPress={() => onRedrive(groupText(group), filter)}
    >
      Redrive this reason
    </ActButton>
  );
}

interface Wanted {
  readonly queue: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly groupKey: string | undefined;
  readonly pages: number;
}

/** So many pages, from the first on. */
async function letters(
  { queue, query, groupKey, pages }: Wanted,
  signal: AbortSignal,
): Promise<LetterPage> {
  const found: Letter[] = [];
  let from: string | null = null;
  for (let page = 0; page < pages; ) {
    const { letters: some, next }: LetterPage = await call(
      'GET /queues/{queue}/dead-letters/messages',
      {
        path: { queue },
        query: { ...query, from, limit: PAGE },
        signal,
      },
    );
    // What says nothing of its origin or error cannot be asked for: those are found among all.
    const fit = some.filter((one) => groupKey === undefined || originKey(one) === groupKey);
    found.push(...fit);
    from = next;
    if (from === null) break;
    // A page of a rare reason may be looked through without one: it is no page to the reader.
    if (fit.length > 0) page += 1;
  }
  return { letters: found, next: from };
}
