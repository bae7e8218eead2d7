// Groups of dead letters: why and where they died, how many, when.
import { useMemo } from 'preact/hooks';
import type { LetterGroup, RedriveFilter } from '../../api/work-shapes.ts';
import { Badge, type Tone } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import type { Column } from '../../components/columns.ts';
import { Empty } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Count, FromNow, NONE } from '../../components/values.tsx';
import { filterOfGroup, originKey } from './letter-groups.ts';

const REASONS: Readonly<Record<string, readonly [tone: Tone, about: string]>> = {
  exhausted: ['bad', 'All its deliveries failed'],
  rejected: ['warn', 'A worker gave it up'],
  expired: ['quiet', 'Its time was over before somebody finished it'],
  'dead-lettered': ['info', 'An operator gave it up'],
};

export function ReasonBadge({ reason }: { readonly reason: string | null }) {
  if (reason === null) return <Badge title="The message does not say where it died">unknown</Badge>;
  const [tone, about] = REASONS[reason] ?? ['quiet', undefined];
  return (
    <Badge tone={tone} title={about}>
      {reason}
    </Badge>
  );
}

/** `rejected in mails: no such address`. */
export function groupText({
  reason,
  queue,
  error,
}: Pick<LetterGroup, 'reason' | 'queue' | 'error'>) {
  const where = queue === null ? '' : ` in ${queue}`;
  return `${reason ?? 'unknown'}${where}${error === null ? '' : `: ${error}`}`;
}

interface GroupTableProps {
  readonly groups: readonly LetterGroup[];
  readonly chosen: LetterGroup | undefined;
  /** Why its reader may not redrive them. */
  readonly denied: string | undefined;
  readonly onChoose: (group: LetterGroup) => void;
  readonly onRedrive: (group: LetterGroup, filter: RedriveFilter) => void;
}

export function GroupTable({ groups, chosen, denied, onChoose, onRedrive }: GroupTableProps) {
  const chosenKey = chosen === undefined ? '' : originKey(chosen);
  const columns = useMemo(() => columnsOf(chosenKey, denied, onRedrive), [chosenKey, denied]);
  return (
    <Table
      label="Reasons"
      rows={groups}
      columns={columns}
      keyOf={originKey}
      onOpen={onChoose}
      height="38vh"
      empty={
        <Empty title="No dead letters">
          Nothing that came here waits for a decision. What a queue gives up appears by itself.
        </Empty>
      }
    />
  );
}

function columnsOf(
  chosen: string,
  denied: string | undefined,
  onRedrive: GroupTableProps['onRedrive'],
): readonly Column<LetterGroup>[] {
  return [
    {
      id: 'reason',
      title: 'Reason',
      width: '112px',
      sort: ({ reason }) => reason,
      cell: (group) => (
        <span class={originKey(group) === chosen ? 'letters-chosen' : undefined}>
          <ReasonBadge reason={group.reason} />
        </span>
      ),
    },
    {
      id: 'error',
      title: 'Last error',
      width: 'minmax(140px, 3fr)',
      sort: ({ error }) => error,
      cell: ({ error }) =>
        error === null ? NONE : <span title={error}>{error.replaceAll(/\s+/g, ' ')}</span>,
    },
    {
      id: 'count',
      title: 'Letters',
      width: '80px',
      isNumber: true,
      sort: ({ count }) => count,
      cell: ({ count }) => <Count value={count} />,
    },
    {
      id: 'queue',
      title: 'Died in',
      onPhone: false,
      sort: ({ queue }) => queue,
      cell: ({ queue, topic }) => (
        <span title={`queue ${queue ?? '?'}, topic ${topic ?? '?'}`}>{queue ?? NONE}</span>
      ),
    },
    {
      id: 'first',
      title: 'First',
      onPhone: false,
      isNumber: true,
      sort: ({ firstMs }) => firstMs,
      cell: ({ firstMs }) => <FromNow atMs={firstMs} />,
    },
    {
      id: 'last',
      title: 'Last',
      onPhone: false,
      isNumber: true,
      sort: ({ lastMs }) => lastMs,
      cell: ({ lastMs }) => <FromNow atMs={lastMs} />,
    },
    {
      id: 'act',
      title: 'Do',
      width: '124px',
      onPhone: false,
      cell: (group) => <RedriveGroup group={group} denied={denied} onRedrive={onRedrive} />,
    },
  ];
}

interface RedriveGroupProps extends Pick<GroupTableProps, 'denied' | 'onRedrive'> {
  readonly group: LetterGroup;
}

function RedriveGroup({ group, denied, onRedrive }: RedriveGroupProps) {
  const filter = filterOfGroup(group);
  const why =
    filter === undefined ? 'They do not say where they died: pick them one by one' : undefined;
  return (
    <Button
      isSmall
      icon="reload"
      isDisabled={denied !== undefined || filter === undefined}
      title={denied ?? why}
      onPress={() => filter !== undefined && onRedrive(group, filter)}
    >
      Redrive
    </Button>
  );
}
