// How the brokers are: ready or why not, their storage, their process, what they do, and the options in force.
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { BrokerDescription } from '../../api/shapes.ts';
import { Badge } from '../../components/badge.tsx';
import { Note, ProblemNote } from '../../components/note.tsx';
import { Facts, Loading, Page, Panel, Stat, Stats } from '../../components/page.tsx';
import { Bytes, Count, FromNow, Rate, Short, Time } from '../../components/values.tsx';
import { formatShare } from '../../format/formats.ts';
import { OptionsPanel } from './options-panel.tsx';
import { ProcessPanel, StoragePanel } from './parts.tsx';

const EVERY_MS = 2_000;

export function View() {
  const { data, problem, reload } = useLoad((signal) => call('GET /brokers', { signal }), [], {
    everyMs: EVERY_MS,
  });
  return (
    <Page title="Brokers" about="Health, storage and settings of the processes behind this page.">
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      {data === undefined && problem === undefined ? <Loading /> : null}
      {data?.brokers.map((broker) => (
        <Broker key={broker.instanceId} broker={broker} isKnown={problem === undefined} />
      ))}
    </Page>
  );
}

interface BrokerProps {
  readonly broker: BrokerDescription;
  /** False: it is what it was when it last said something. */
  readonly isKnown: boolean;
}

function Broker({ broker, isKnown }: BrokerProps) {
  const { rates, process } = broker;
  return (
    <>
      <div class="broker-head">
        <h2>Broker {broker.brokerId}</h2>
        {isKnown ? (
          <Badge tone={broker.ready ? 'good' : 'bad'}>{broker.ready ? 'ready' : 'not ready'}</Badge>
        ) : (
          <Badge tone="quiet">as it was</Badge>
        )}
        <span class="muted">
          Millrace {broker.version}, Node.js {broker.nodeVersion}, up since{' '}
          <Time atMs={broker.startedAtMs} /> (<FromNow atMs={broker.startedAtMs} />)
        </span>
      </div>
      {broker.reasons.map(({ code, text }) => (
        <Note key={code} tone="bad">
          {text} <small>{code}</small>
        </Note>
      ))}
      <Stats>
        <Stat name="Appended" value={<Rate value={rates?.recordsAppended} />} note="records" />
        <Stat name="Written" value={<BytesRate value={rates?.bytesAppended} />} note="of records" />
        <Stat name="Fetched" value={<Rate value={rates?.recordsFetched} />} note="records" />
        <Stat name="Leased" value={<Rate value={rates?.messagesLeased} />} note="messages" />
        <Stat
          name="Acknowledged"
          value={<Rate value={rates?.messagesAcknowledged} />}
          note="messages"
        />
        <Stat
          name="Requests"
          value={<Rate value={rates?.requests} />}
          note={<InFlight broker={broker} />}
        />
        <Stat name="Connections" value={<Short value={broker.connections} />} note="now" />
        <Stat
          name="CPU"
          value={process.cpuShare === null ? '–' : formatShare(process.cpuShare)}
          note="of one processor"
        />
      </Stats>
      <div class="grid grid-3">
        <StoragePanel storage={broker.storage} />
        <ProcessPanel process={process} />
        <Panel title="Holds">
          <Facts
            rows={[
              ['Topics', <Count key="topics" value={broker.topics} />],
              ['Partitions', <Count key="partitions" value={broker.partitions} />],
              ['Consumer groups', <Count key="consumers" value={broker.consumerGroups} />],
              ['Queues', <Count key="shares" value={broker.shareGroups} />],
              ['Clock', <Time key="clock" atMs={broker.nowMs} />],
              [
                'Instance',
                <span key="instance" class="mono">
                  {broker.instanceId}
                </span>,
              ],
            ]}
          />
        </Panel>
      </div>
      <OptionsPanel options={broker.options} />
    </>
  );
}

function BytesRate({ value }: { readonly value: number | undefined }) {
  if (value === undefined) return <span class="muted">–</span>;
  return (
    <>
      <Bytes value={Math.round(value)} />
      <small>/s</small>
    </>
  );
}

function InFlight({ broker }: { readonly broker: BrokerDescription }) {
  return (
    <>
      <Count value={broker.requestsInFlight} /> under way
    </>
  );
}
