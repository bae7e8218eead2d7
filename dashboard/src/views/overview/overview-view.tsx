// What goes on, at a glance: what needs somebody first, then the counts, their course, and the queues and groups.
import { useMemo } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { BrokerDescription, Dashboard } from '../../api/shapes.ts';
import { Empty, Loading, Page, Panel } from '../../components/page.tsx';
import { liveCounts, liveTick, queueHistory } from '../../live/live-feed.ts';
import { type Before, concernsOf } from './attention.ts';
import { AttentionPanel } from './attention-panel.tsx';
import { askConsumerLag } from './consumer-lag.ts';
import { BacklogChart, ThroughputChart } from './course.tsx';
import { GroupsPanel } from './groups-panel.tsx';
import { QueuesPanel } from './queues-panel.tsx';
import { Totals } from './totals.tsx';
import './overview.css';

const LAG_EVERY_MS = 10_000;
const BROKERS_EVERY_MS = 5_000;

export function View() {
  const counts = liveCounts.value;
  const lag = useLoad(askConsumerLag, [], { everyMs: LAG_EVERY_MS });
  const brokers = useLoad((signal) => call('GET /brokers', { signal }), [], {
    everyMs: BROKERS_EVERY_MS,
  });
  if (counts === undefined) return <Loading rows={6} />;
  const lags = lag.data?.lags ?? [];
  const told = brokers.data?.brokers ?? [];
  if (counts.queues.length === 0 && lags.length === 0) {
    return (
      <Page title="Overview">
        <Nothing told={told} />
      </Page>
    );
  }
  return (
    <Page title="Overview">
      <Attention counts={counts} lags={lags} brokers={told} />
      {brokers.problem?.status === 403 ? (
        <p class="muted">
          You may not see how the brokers are, nor what all topics take: {brokers.problem.message}
        </p>
      ) : null}
      <Totals totals={counts.totals} lag={lag.data} brokers={told} />
      <div class="grid grid-2">
        <ThroughputChart />
        <BacklogChart />
      </div>
      <QueuesPanel queues={counts.queues} />
      <GroupsPanel lag={lag.data} />
    </Page>
  );
}

interface AttentionProps {
  readonly counts: Dashboard;
  readonly lags: Parameters<typeof concernsOf>[0]['lags'];
  readonly brokers: readonly BrokerDescription[];
}

function Attention({ counts, lags, brokers }: AttentionProps) {
  const tick = liveTick.value;
  const concerns = useMemo(
    () => concernsOf({ counts, before: beforeOf, lags, brokers }),
    [tick, lags, brokers],
  );
  return <AttentionPanel concerns={concerns} />;
}

/** As far back as this page remembers. */
function beforeOf(queue: string): Before | undefined {
  const ring = queueHistory(queue);
  if (ring === undefined || ring.length < 2) return undefined;
  const seconds = ring.seconds();
  const overMs = ((seconds.at(-1) ?? 0) - (seconds[0] ?? 0)) * 1_000;
  const first = (name: 'pending' | 'deadLettered') => ring.values(name)[0] ?? 0;
  return { pending: first('pending'), deadLettered: first('deadLettered'), overMs };
}

/** The first minute with Millrace. */
function Nothing({ told }: { readonly told: readonly BrokerDescription[] }) {
  const at = location.origin;
  const json = "-H 'content-type: application/json'";
  return (
    <Panel>
      <Empty
        title="Nothing here yet"
        command={`curl -s ${at}/jobs ${json} -d '{"queue": "hello", "payload": {"n": 1}}'`}
      >
        {told.length === 0 ? 'The broker' : `Broker ${told[0]?.version}`} is up, and has no queue
        and no consumer group. A queue is made by the first job that is put into it:
      </Empty>
      <Empty
        title="Then receive it"
        command={`curl -s ${at}/queues/hello/receive ${json} -d '{"waitMs": 5000}'`}
      >
        A message that is received is leased: until its deadline nobody else gets it. Send, receive
        and the rest are described in the <a href="/docs">REST API</a>; the same queue is had by the
        client for Node.js, and over the Amazon SQS API at this address.
      </Empty>
    </Panel>
  );
}
