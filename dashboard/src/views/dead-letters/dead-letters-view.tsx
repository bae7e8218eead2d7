// Every topic that takes dead letters, and how many wait there for somebody to decide.
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { LetterTopic } from '../../api/work-shapes.ts';
import type { Column } from '../../components/columns.ts';
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Page, Panel } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Count, FromNow } from '../../components/values.tsx';
import { goTo, linkTo } from '../../shell/router.ts';

const linkOf = ({ topic, queue }: LetterTopic) =>
  linkTo('/dead-letters/{queue}', { queue: queue ?? topic }, queue === topic ? {} : { topic });

const COLUMNS: readonly Column<LetterTopic>[] = [
  {
    id: 'topic',
    title: 'Dead-letter topic',
    width: 'minmax(160px, 2fr)',
    sort: ({ topic }) => topic,
    cell: (row) => <a href={linkOf(row)}>{row.topic}</a>,
  },
  {
    id: 'letters',
    title: 'Letters',
    isNumber: true,
    sort: ({ letters }) => letters,
    cell: ({ letters }) => (
      <span class={letters > 0 ? 'tone-bad' : ''}>
        <Count value={letters} />
      </span>
    ),
  },
  {
    id: 'oldest',
    title: 'Oldest came',
    isNumber: true,
    sort: ({ oldestAtMs }) => oldestAtMs,
    cell: ({ oldestAtMs }) => <FromNow atMs={oldestAtMs} />,
  },
  {
    id: 'sources',
    title: 'From',
    width: 'minmax(140px, 2fr)',
    onPhone: false,
    cell: ({ sources }) => sources.map(({ queue }) => queue).join(', '),
  },
];

export function View() {
  const { data, problem, reload } = useLoad((signal) => call('GET /dead-letters', { signal }), [], {
    everyMs: 2_000,
  });
  return (
    <Page
      title="Dead letters"
      about="Messages that were given up: exhausted, rejected, expired, or stopped by somebody. They wait here until they are redriven, replaced or purged."
    >
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      <Panel isFlush>
        {data === undefined ? (
          <Loading />
        ) : (
          <Table
            label="Dead-letter topics"
            rows={data.topics}
            columns={COLUMNS}
            keyOf={({ topic }) => topic}
            order={{ column: 'letters', isDescending: true }}
            onOpen={(row) => goTo(linkOf(row))}
            empty={
              <Empty
                title="No dead-letter topics"
                command={`curl -s ${location.origin}/queues -H 'content-type: application/json' -d '{"name": "mails", "settings": {"maxDeliveries": 3}}'`}
              >
                Every queue that dead-letters gets a topic for it, named after its own: mails.dlq
                for mails. A queue gives a message up after maxDeliveries attempts.
              </Empty>
            }
          />
        )}
      </Panel>
    </Page>
  );
}
