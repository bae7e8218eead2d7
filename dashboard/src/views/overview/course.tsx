// How the totals went over the last minutes, each second.
import { signal } from '@preact/signals';
import { Chart } from '../../components/chart.tsx';
import { Panel } from '../../components/page.tsx';
import { formatRate, formatShort } from '../../format/formats.ts';
import { liveTick, type SeriesName, totalsHistory } from '../../live/live-feed.ts';

const SPANS = [
  [60, '1 min'],
  [300, '5 min'],
  [900, '15 min'],
] as const;
const spanS = signal<number>(300);
const LEAST_S = 60;

type Line = readonly [name: string, series: SeriesName, color: string, isFilled?: boolean];

const THROUGHPUT: readonly Line[] = [
  ['Arrived', 'arrivedRate', '--series-1', true],
  ['Acknowledged', 'acknowledgedRate', '--series-2'],
  ['Given up', 'deadRate', '--series-4'],
];
const BACKLOG: readonly Line[] = [
  ['Pending', 'pending', '--series-1', true],
  ['Leased', 'leased', '--series-2'],
  ['Scheduled', 'scheduled', '--series-5'],
  ['Failed', 'failed', '--series-3'],
];

export function ThroughputChart() {
  return (
    <Panel title="Messages a second" actions={<Spans />}>
      <Lines label="Messages a second" lines={THROUGHPUT} format={formatRate} />
    </Panel>
  );
}

export function BacklogChart() {
  return (
    <Panel title="Unresolved messages">
      <Lines label="Unresolved messages" lines={BACKLOG} format={formatShort} />
    </Panel>
  );
}

interface LinesProps {
  readonly label: string;
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
}

function Lines({ label, lines, format }: LinesProps) {
  // Read, so that a second that passes redraws the chart.
  const tick = liveTick.value;
  const series = lines.map(([name, from, color, isFilled = false]) => {
    return { name, color, isFilled, values: totalsHistory.values(from) };
  });
  return (
    <Chart
      key={label}
      label={label}
      seconds={tick < 0 ? [] : totalsHistory.seconds()}
      series={series}
      format={format}
      spanS={shownS()}
    />
  );
}

/** Of what was chosen, as much as is known: the page remembers from when it was opened. */
function shownS(): number {
  return Math.min(spanS.value, Math.max(LEAST_S, totalsHistory.length));
}

function Spans() {
  return (
    <div class="spans" role="group" aria-label="Time shown">
      {SPANS.map(([seconds, text]) => (
        <button
          key={seconds}
          type="button"
          class="span-choice"
          aria-pressed={spanS.value === seconds}
          onClick={() => {
            spanS.value = seconds;
          }}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
