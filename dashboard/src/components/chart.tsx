// A chart over time, on uPlot, which comes only with the first chart. It takes points as they are; the newest values stand
// in its legend, for those who do not see it too.
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { formatClock } from '../format/formats.ts';
import { brokerNowMs } from '../live/now.ts';
import { isDark } from '../shell/theme.ts';
import { toastProblem } from './toast.tsx';

export interface Series {
  readonly name: string;
  /** Of the style sheet: `--series-1` to `--series-6`. */
  readonly color: string;
  /** As many as there are times; null is a gap. */
  readonly values: readonly (number | null)[];
  readonly isFilled?: boolean;
}

interface ChartProps {
  /** What is shown, for those who do not see it. */
  readonly label: string;
  /** Seconds since 1970, oldest first. */
  readonly seconds: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  readonly heightPx?: number;
  /** How much time the chart shows, s; what is not known yet stays empty. */
  readonly spanS?: number;
}

type Plot = typeof uPlot;

/** Between two times on the axis, s: whole ones, as they are written to the second. */
const TIME_STEPS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400,
];

export function Chart({ label, seconds, series, format, heightPx = 180, spanS }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [Made, setMade] = useState<Plot>();
  const [at, setAt] = useState<number | null>(null);
  const isDarkNow = isDark.value;
  const names = series.map(({ name }) => name).join();
  const shown = useRef<Shown>({ begin: 0, end: 1 });
  shown.current = shownOf(seconds, spanS);
  useEffect(() => {
    let isWanted = true;
    const load = async () => {
      const { uPlot: loaded } = await import('./uplot.ts');
      if (isWanted) setMade(() => loaded);
    };
    void load().catch(toastProblem);
    return () => {
      isWanted = false;
    };
  }, []);
  useEffect(() => {
    const element = box.current;
    if (element === null || Made === undefined) return undefined;
    const options = optionsOf({ element, series, format, heightPx, shown, onMove: setAt });
    const made = new Made(
      options,
      [[...seconds], ...series.map(({ values }) => [...values])],
      element,
    );
    plot.current = made;
    const watcher = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: heightPx });
    });
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [Made, names, heightPx, isDarkNow]);
  useEffect(() => {
    const own = plot.current;
    if (own === null) return;
    own.setData([[...seconds], ...series.map(({ values }) => [...values])]);
  }, [seconds, series, spanS, Made]);
  const index = at === null || at >= seconds.length ? seconds.length - 1 : at;
  const shownAt = seconds[index];
  return (
    <figure class="chart" aria-label={label}>
      <ul class="legend">
        {series.map(({ name, color, values }) => (
          <li key={name}>
            <span class="legend-mark" style={{ color: `var(${color})` }} />
            {name} <b>{valueText(values[index], format)}</b>
          </li>
        ))}
        {at === null || shownAt === undefined ? null : (
          <li class="muted">{formatClock(shownAt * 1_000)}</li>
        )}
      </ul>
      <div class="chart-canvas" ref={box} style={{ height: `${heightPx}px` }} aria-hidden="true" />
    </figure>
  );
}

interface Shown {
  readonly begin: number;
  readonly end: number;
}

function shownOf(seconds: readonly number[], spanS: number | undefined): Shown {
  const end = seconds.at(-1) ?? brokerNowMs() / 1_000;
  return { begin: spanS === undefined ? (seconds[0] ?? end - 60) : end - spanS, end };
}

function valueText(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '–' : format(value);
}

interface OptionSources extends Pick<ChartProps, 'series' | 'format'> {
  readonly element: HTMLElement;
  readonly heightPx: number;
  /** Read whenever the chart is drawn: one that is made anew for other colours begins with the same times. */
  readonly shown: { readonly current: Shown };
  readonly onMove: (index: number | null) => void;
}

function optionsOf(sources: OptionSources): uPlot.Options {
  const { element, series, format, heightPx, shown, onMove } = sources;
  const color = colorReader(element);
  const axis = {
    stroke: color('--text-muted'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width: element.clientWidth,
    height: heightPx,
    legend: { show: false },
    padding: [10, 4, 0, 0],
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: true, range: () => [shown.current.begin, shown.current.end] },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        space: 72,
        incrs: TIME_STEPS_S,
        values: (_, splits) => splits.map((at) => formatClock(at * 1_000)),
      },
      {
        ...axis,
        size: 50,
        space: 36,
        values: (_, splits) => splits.map((value) => format(value)),
      },
    ],
    series: [
      {},
      ...series.map((one) => ({
        label: one.name,
        stroke: color(one.color),
        width: 1.6,
        points: { show: false },
        ...(one.isFilled ? { fill: color(one.color, 0.12) } : {}),
      })),
    ],
    hooks: { setCursor: [(own) => onMove(own.cursor.idx ?? null)] },
  };
}

/** What a custom property is as a colour here and now: a canvas knows no properties. */
function colorReader(element: HTMLElement): (name: string, opacity?: number) => string {
  const probe = document.createElement('span');
  element.append(probe);
  const found = new Map<string, string>();
  const read = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  queueMicrotask(() => probe.remove());
  return (name, opacity) => {
    const color = found.get(name) ?? read(name);
    found.set(name, color);
    if (opacity === undefined) return color;
    return color.replace(/^rgb\((.*)\)$/, `rgb($1, ${opacity})`);
  };
}
