// The dead letters of one queue: grouped by why and where they died, one by one, and what may be done about them.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { LetterGroup, LetterGroups, RedriveFilter } from '../../api/work-shapes.ts';
import { Button } from '../../components/button.tsx';
import { Note, ProblemNote } from '../../components/note.tsx';
import { Loading, Page, Panel, Stat, Stats } from '../../components/page.tsx';
import { Count, FromNow } from '../../components/values.tsx';
import { formatCount } from '../../format/formats.ts';
import { ActButton, useDenied } from '../../shell/rights.tsx';
import { place, setQuery } from '../../shell/router.ts';
import type { ViewProps } from '../../shell/routes.ts';
import { PurgeUndo, purgeQueue } from '../purge/purge.tsx';
import { TaskProgress } from '../tasks/task-progress.tsx';
import { GroupTable, groupText } from './group-table.tsx';
import { mergeGroups, originKey, redriveNeeds } from './letter-groups.ts';
import { LetterList } from './letter-list.tsx';
import { RedriveDialog } from './redrive-dialog.tsx';
import './letters.css';

/** Pages of groups that are asked for at a time: more on demand. */
const PAGES_MAX = 20;

/** Counting reads every letter: of many it is done seldom, so that looking costs the broker little. */
const EVERY_MS = 3_000;
const LONG_EVERY_MS = 60_000;
const LONG = 5_000;
const COUNTED_SELDOM = 'of many letters counted once a minute';

interface Asked {
  readonly which: string;
  readonly filter: RedriveFilter;
}

export function View({ params }: ViewProps) {
  const name = params['queue'] ?? '';
  const { query } = place.value;
  const topic = query.get('topic') ?? undefined;
  const loaded = useGroups(name, topic);
  const [asked, setAsked] = useState<Asked>();
  const [turn, setTurn] = useState(0);
  const { data, problem } = loaded;
  const denied = useDenied(data === undefined ? [] : redriveNeeds(data));
  const again = () => {
    loaded.reload();
    setTurn((before) => before + 1);
  };
  if (data === undefined) {
    return problem === undefined ? (
      <Loading />
    ) : (
      <ProblemNote problem={problem} onRetry={loaded.reload} />
    );
  }
  const task = Number(query.get('task'));
  const chosen = data.groups.find((group) => originKey(group) === query.get('group'));
  return (
    <Page
      title={data.topic}
      about="Dead letters by why and where they died. Choose a group to see its letters."
      actions={<Actions data={data} onAsk={setAsked} onDone={again} />}
    >
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={loaded.reload} />}
      <Undo queue={data.queue} turn={turn} onDone={again} />
      <Progress task={task} onEnd={again} />
      <Totals data={data} />
      <Panel title="Reasons" about={data.looked > LONG ? COUNTED_SELDOM : undefined} isFlush>
        <GroupTable
          groups={data.groups}
          chosen={chosen}
          denied={denied}
          onChoose={(group) => {
            const key = originKey(group);
            setQuery({ group: query.get('group') === key ? null : key });
          }}
          onRedrive={(group, filter) => setAsked({ which: groupText(group), filter })}
        />
      </Panel>
      {data.total === 0 ? null : (
        <LetterList
          name={name}
          topic={topic}
          data={data}
          group={chosen}
          turn={turn}
          onRedrive={(which, filter) => setAsked({ which, filter })}
          onChanged={again}
        />
      )}
      {asked === undefined ? null : (
        <RedriveDialog
          queue={name}
          topic={topic}
          {...asked}
          onClose={() => setAsked(undefined)}
          onStarted={(taskId) => {
            setAsked(undefined);
            setQuery({ task: taskId });
          }}
        />
      )}
    </Page>
  );
}

/** Of many letters what was counted so far is there before all is. */
function useGroups(name: string, topic: string | undefined) {
  const [part, setPart] = useState<Groups>();
  const loaded = useLoad((signal) => allGroups(name, topic, signal, setPart), [name, topic], {
    everyMs: (newest) => ((newest?.looked ?? 0) > LONG ? LONG_EVERY_MS : EVERY_MS),
  });
  const own = part?.asked === name && part.topicAsked === topic ? part : undefined;
  return { ...loaded, data: loaded.data ?? own };
}

/** Of the redrive that the address names. */
function Progress({ task, onEnd }: { readonly task: number; readonly onEnd: () => void }) {
  if (!Number.isSafeInteger(task) || task <= 0) return null;
  const hide = (
    <Button
      kind="quiet"
      icon="close"
      label="Hide the progress"
      onPress={() => setQuery({ task: null })}
    />
  );
  return (
    <Panel title={`Redrive ${task}`} actions={hide}>
      <TaskProgress taskId={task} onEnd={onEnd} />
    </Panel>
  );
}

interface ActionsProps {
  readonly data: Groups;
  readonly onAsk: (asked: Asked) => void;
  readonly onDone: () => void;
}

function Actions({ data, onAsk, onDone }: ActionsProps) {
  const { queue, total } = data;
  const purge = async () => {
    if (await purgeQueue(queue ?? '', { one: 'letter', topic: data.topic, onUndone: onDone }))
      onDone();
  };
  return (
    <>
      <ActButton
        needs={queue === null ? [] : [['alter', 'group', queue]]}
        icon="trash"
        kind="danger"
        isDisabled={queue === null || total === 0}
        title={
          queue === null
            ? 'Nobody has decided about a letter yet: redrive or replace one first'
            : undefined
        }
        onPress={() => void purge()}
      >
        Purge
      </ActButton>
      <ActButton
        needs={redriveNeeds(data)}
        icon="reload"
        kind="primary"
        isDisabled={total === 0}
        onPress={() => onAsk({ which: 'all letters', filter: {} })}
      >
        Redrive all
      </ActButton>
    </>
  );
}

/** Of the queue of the letters, while its last purge can be undone. */
function Undo({
  queue,
  turn,
  onDone,
}: {
  readonly queue: string | null;
  readonly turn: number;
  readonly onDone: () => void;
}) {
  const { data } = useLoad(
    (signal) => call('GET /queues/{queue}', { path: { queue: queue ?? '' }, signal }),
    [queue, turn],
    { isOn: queue !== null, everyMs: 5_000 },
  );
  return <PurgeUndo queue={queue ?? ''} undo={data?.undo} one="letter" onDone={onDone} />;
}

/** Exact, and cheap to ask for, other than the reasons: those are read out of the letters. */
function useTotal({ topic, total }: Groups): number {
  const { data } = useLoad((signal) => call('GET /dead-letters', { signal }), [topic], {
    everyMs: EVERY_MS,
  });
  return data?.topics.find((one) => one.topic === topic)?.letters ?? total;
}

function Totals({ data }: { readonly data: Groups }) {
  const { groups, looked, isAll } = data;
  const total = useTotal(data);
  const first = groups.map(({ firstMs }) => firstMs).filter((at) => at !== null);
  const last = groups.map(({ lastMs }) => lastMs).filter((at) => at !== null);
  return (
    <>
      <Stats>
        <Stat name="Letters" value={<Count value={total} />} tone={total > 0 ? 'bad' : undefined} />
        <Stat name="Reasons" value={<Count value={groups.length} />} />
        <Stat
          name="First died"
          value={<FromNow atMs={first.length === 0 ? null : Math.min(...first)} />}
        />
        <Stat
          name="Last died"
          value={<FromNow atMs={last.length === 0 ? null : Math.max(...last)} />}
        />
      </Stats>
      {data.isCounting ? (
        <Note tone="info">
          Still counting: reasons are of the first {formatCount(looked)} messages.
        </Note>
      ) : null}
      {isAll || data.isCounting ? null : (
        <Note tone="warn">
          There are more letters than were looked at here ({formatCount(looked)} messages): counts
          of reasons are of those alone. The count of a dry run is exact.
        </Note>
      )}
    </>
  );
}

interface Groups extends Omit<LetterGroups, 'next' | 'groups'> {
  readonly groups: readonly LetterGroup[];
  readonly isAll: boolean;
  /** More of them are being looked at. */
  readonly isCounting: boolean;
  readonly asked: string;
  readonly topicAsked: string | undefined;
}

async function allGroups(
  queue: string,
  topic: string | undefined,
  signal: AbortSignal,
  onPart: (part: Groups) => void,
): Promise<Groups> {
  let groups: readonly LetterGroup[] = [];
  let looked = 0;
  let from: string | null | undefined;
  for (let pages = 0; ; ) {
    const page = await call('GET /queues/{queue}/dead-letters', {
      path: { queue },
      query: { topic, from },
      signal,
    });
    groups = mergeGroups(groups, page.groups);
    looked += page.looked;
    from = page.next;
    pages += 1;
    const isCounting = from !== null && pages < PAGES_MAX;
    const { topic: letterTopic, queue: own, total } = page;
    const counted = { topic: letterTopic, queue: own, total, groups, looked };
    const found = { ...counted, isAll: from === null, isCounting, asked: queue, topicAsked: topic };
    if (!isCounting) return found;
    if (!signal.aborted) onPart(found);
  }
}
