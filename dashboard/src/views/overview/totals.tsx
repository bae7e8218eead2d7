// The counts of everything, each with what moves it.
import type { BrokerDescription, Totals as TotalCounts } from '../../api/shapes.ts';
import { Stat, Stats } from '../../components/page.tsx';
import { Duration, Rate, Short } from '../../components/values.tsx';
import { formatCount, formatMany } from '../../format/formats.ts';
import { linkTo } from '../../shell/router.ts';
import { WORTH } from './attention.ts';
import type { ConsumerLag } from './consumer-lag.ts';

interface TotalsProps {
  readonly totals: TotalCounts;
  readonly lag: ConsumerLag | undefined;
  readonly brokers: readonly BrokerDescription[];
}

export function Totals(props: TotalsProps) {
  return (
    <Stats>
      <Flow {...props} />
      <Outcomes {...props} />
    </Stats>
  );
}

/** What comes in, and what is under way. */
function Flow({ totals, brokers }: TotalsProps) {
  const { counts, rates, queues } = totals;
  const records = brokers.map((broker) => broker.rates?.recordsAppended ?? 0);
  const appended = records.length === 0 ? undefined : records.reduce((a, b) => a + b, 0);
  return (
    <>
      <Stat
        name="Throughput"
        value={<Rate value={appended ?? rates?.arrived} />}
        note={appended === undefined ? 'to queues' : 'appended'}
        title="Records a second, over the last minute"
      />
      <Stat
        name="Pending"
        value={<Short value={counts.pending} />}
        note={formatMany(queues, 'queue')}
        title="Can be received now, or once their key or tenant has its turn"
      />
      <Stat
        name="Leased"
        value={<Short value={counts.leased} />}
        note="with workers"
        title="Given to a worker"
      />
      <Stat
        name="Scheduled"
        value={<Short value={counts.scheduled} />}
        note="wait for a time"
        title="Sent with a delay, or in the pause after a failure"
      />
      <Stat
        name="Failed"
        value={<Short value={counts.failed} />}
        note="to try again"
        tone={counts.failed > 0 ? 'warn' : undefined}
        title="Came back and wait for the next delivery (these are pending too), or are stopped until somebody decides"
      />
    </>
  );
}

/** What has become of messages, and who is late. */
function Outcomes({ totals, lag }: TotalsProps) {
  const { counts, rates, oldestAgeMs } = totals;
  const behind = lag?.lags.reduce((sum, one) => sum + one.lag, 0);
  return (
    <>
      <Stat
        name="Acknowledged"
        value={<Short value={counts.acknowledged} />}
        note={<Rate value={rates?.acknowledged} />}
        title="Finished"
      />
      <Stat
        name="Dead-lettered"
        value={<Short value={counts.deadLettered} />}
        note={<Rate value={rates?.dead} />}
        tone={(rates?.dead ?? 0) > 0 ? 'bad' : undefined}
        title="Given up"
      />
      <Stat
        name="Oldest"
        value={<Duration ms={oldestAgeMs} />}
        note={oldestAgeMs === null ? 'none waits' : 'unresolved'}
        tone={(oldestAgeMs ?? 0) >= WORTH.oldWarnMs ? 'warn' : undefined}
        title="Since the oldest unresolved message was appended"
      />
      <Stat
        name="Consumer lag"
        value={<Short value={behind} />}
        note={lag === undefined ? 'asking' : lagNote(lag)}
        tone={(behind ?? 0) >= WORTH.lagRecords ? 'warn' : undefined}
        to={linkTo('/groups')}
      />
    </>
  );
}

function lagNote({ lags, others }: ConsumerLag): string {
  if (others > 0)
    return `of ${formatCount(lags.length)} of ${formatCount(lags.length + others)} groups`;
  return formatMany(lags.length, 'group');
}
