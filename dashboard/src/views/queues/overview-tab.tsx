// A queue at a glance: how many messages are in which state, and how that went lately.
import { Chart, type Series } from '../../components/chart.tsx';
import { Panel, Stat, Stats } from '../../components/page.tsx';
import { Duration, Rate, Short } from '../../components/values.tsx';
import { formatCount, formatRate, formatShort } from '../../format/formats.ts';
import { liveTick, queueHistory, type SeriesName } from '../../live/live-feed.ts';
import { linkTo } from '../../shell/router.ts';
import type { Queue, StateName } from './queue-shapes.ts';

const SPAN_S = 300;

interface Tile {
  readonly state: StateName;
  readonly name: string;
  readonly note: string;
  readonly tab: string;
}

const TILES: readonly Tile[] = [
  { state: 'fresh', name: 'Fresh', note: 'never delivered', tab: 'messages' },
  { state: 'ready', name: 'Ready', note: 'for another delivery', tab: 'messages' },
  { state: 'leased', name: 'In flight', note: 'given to a worker', tab: 'leases' },
  { state: 'scheduled', name: 'Delayed', note: 'wait for a time', tab: 'scheduled' },
  { state: 'parked', name: 'Parked', note: 'wait for their key', tab: 'messages' },
  { state: 'blocked', name: 'Blocked', note: 'wait for somebody', tab: 'blocked' },
  { state: 'acknowledged', name: 'Finished', note: 'since it was made', tab: 'messages' },
  { state: 'dead', name: 'Dead', note: 'since it was made', tab: 'messages' },
];

export function OverviewTab({ queue }: { readonly queue: Queue }) {
  const { name, states, oldestAgeMs, rates } = queue;
  return (
    <>
      <Stats>
        {TILES.map(({ state, name: title, note, tab }) => (
          <Stat
            key={state}
            name={title}
            note={note}
            value={<Short value={states[state]} />}
            title={`${formatCount(states[state])} ${state}`}
            tone={state === 'blocked' && states.blocked > 0 ? 'warn' : undefined}
            to={linkOf(name, tab, state)}
          />
        ))}
      </Stats>
      <Stats>
        <Stat name="Oldest" note="that is unresolved" value={<Duration ms={oldestAgeMs} />} />
        <Stat name="Arrive" note="over the last minute" value={<Rate value={rates?.arrived} />} />
        <Stat
          name="Finished"
          note="over the last minute"
          value={<Rate value={rates?.acknowledged} />}
        />
      </Stats>
      <Charts queue={name} />
    </>
  );
}

function linkOf(queue: string, tab: string, state: StateName): string {
  return linkTo('/queues/{queue}', { queue }, { tab, state: tab === 'messages' ? state : null });
}

const COUNTS: readonly (readonly [name: string, series: SeriesName, color: string])[] = [
  ['Pending', 'pending', '--series-1'],
  ['In flight', 'leased', '--series-2'],
  ['Delayed', 'scheduled', '--series-5'],
  ['Failed', 'failed', '--series-3'],
];
const RATES: readonly (readonly [name: string, series: SeriesName, color: string])[] = [
  ['Arrive', 'arrivedRate', '--series-2'],
  ['Finished', 'acknowledgedRate', '--series-1'],
  ['Given up', 'deadRate', '--series-4'],
];

function Charts({ queue }: { readonly queue: string }) {
  // Read so that this is drawn anew with every count.
  const tick = liveTick.value;
  const ring = queueHistory(queue);
  if (ring === undefined || tick === 0) return null;
  const seconds = ring.seconds();
  const seriesOf = (rows: typeof COUNTS): Series[] =>
    rows.map(([name, series, color]) => ({ name, color, values: ring.values(series) }));
  return (
    <div class="grid grid-2">
      <Panel title="Messages" about="since this page was opened">
        <Chart
          label="Messages by state"
          seconds={seconds}
          series={seriesOf(COUNTS)}
          format={formatShort}
          spanS={SPAN_S}
        />
      </Panel>
      <Panel title="Messages a second" about="over a minute">
        <Chart
          label="Messages a second"
          seconds={seconds}
          series={seriesOf(RATES)}
          format={(value) => `${formatRate(value)}/s`}
          spanS={SPAN_S}
        />
      </Panel>
    </div>
  );
}
