// Bars that lie side by side by name, one or more to a name, with a whisker from the least to the most of the runs and
// the figure behind it. Ours are in the accent; what a bar of a group stands for is told by its pattern.

import type { BarSeriesOption, CustomSeriesOption } from 'echarts/charts';
import { AXIS, type Chart, type ChartOption, FONT, INK, LEGEND, type Size } from './draw.ts';

export interface Bars {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** What the axis counts, with its unit. */
  readonly axis: string;
  readonly scale: 'linear' | 'log';
  /** What the bars of a group stand for. */
  readonly series: readonly string[];
  readonly groups: readonly BarGroup[];
  readonly textOf: (value: number) => string;
}

export interface BarGroup {
  readonly name: string;
  readonly isOurs: boolean;
  /** One for each of the series; null draws none. */
  readonly bars: readonly (Bar | null)[];
}

export interface Bar {
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

const BAR_PX = 15;
const GROUP_GAP_PX = 14;
const GAPS = { barGap: '15%', barCategoryGap: '22%' } as const;
const LABEL_LINE_PX = 14;
const LABEL_CHARACTER_PX = 7.5;

export function barsChart(bars: Bars): Chart {
  return {
    id: bars.id,
    title: bars.title,
    description: bars.description,
    heightAt: (size) => topAt(bars, size) + bars.groups.length * groupPxAt(bars, size) + 46,
    optionAt: (size) => optionOf(bars, size, topAt(bars, size)),
  };
}

/** Room for the legend: on a phone it takes two rows. */
function topAt({ series }: Bars, { name }: Size): number {
  if (series.length === 1) return 6;
  return name === 'narrow' ? 46 : 30;
}

function labelPxAt({ name }: Size): number {
  return name === 'narrow' ? 108 : 230;
}

/** Room for the bars of a group, and for the longest name in lines of its column. */
function groupPxAt({ series, groups }: Bars, size: Size): number {
  const longest = Math.max(...groups.map(({ name }) => name.length));
  // Less than it holds: lines are broken between words.
  const perLine = labelPxAt(size) / LABEL_CHARACTER_PX - 4;
  const lines = Math.ceil(longest / perLine);
  return Math.max(series.length * BAR_PX + GROUP_GAP_PX, lines * LABEL_LINE_PX + 8);
}

function optionOf(bars: Bars, size: Size, top: number): ChartOption {
  const isNarrow = size.name === 'narrow';
  const labelPx = labelPxAt(size);
  const names = bars.groups.map(({ name }) => name);
  return {
    grid: { top, left: labelPx, right: isNarrow ? 52 : 70, bottom: 44 },
    ...(bars.series.length > 1 && {
      legend: { ...LEGEND, selectedMode: false, data: [...bars.series] },
    }),
    xAxis: {
      ...AXIS,
      type: bars.scale === 'log' ? 'log' : 'value',
      // Without a start bars of a logarithmic axis begin at 1.
      ...(bars.scale === 'log' && { min: floorOf(bars), startValue: floorOf(bars) }),
      name: bars.axis,
      nameLocation: 'middle',
      nameGap: 28,
      splitNumber: isNarrow ? 3 : 6,
      axisLabel: { ...AXIS.axisLabel, hideOverlap: true, formatter: bars.textOf },
    },
    yAxis: {
      ...AXIS,
      type: 'category',
      data: names,
      inverse: true,
      splitLine: { show: false },
      axisLabel: {
        color: INK,
        fontSize: 12,
        lineHeight: LABEL_LINE_PX,
        width: labelPx - 10,
        overflow: 'break',
        interval: 0,
      },
    },
    series: [
      ...bars.series.map((name, at) => ({ ...barSeries(bars, at), name })),
      ...bars.series.map((_, at) => whiskers(bars, at)),
    ],
  };
}

type Style = NonNullable<BarSeriesOption['itemStyle']>;

const TILT = -Math.PI / 4;

/** The first of several is solid, the second pale and hatched. */
function styleOf(at: number, isOurs: boolean): Style {
  const color = isOurs ? 'var(--ours)' : 'var(--peer)';
  if (at === 0) return { color };
  return {
    color: isOurs ? 'var(--ours-pale)' : 'var(--peer-pale)',
    borderColor: color,
    borderWidth: 1,
    decal: { symbol: 'rect', color, dashArrayX: [1, 0], dashArrayY: [1.5, 4], rotation: TILT },
  };
}

function barSeries({ groups }: Bars, at: number): BarSeriesOption {
  const data = groups.map(({ bars, isOurs }) => ({
    value: bars[at]?.value ?? '-',
    itemStyle: styleOf(at, isOurs),
  }));
  return { type: 'bar', ...GAPS, itemStyle: styleOf(at, false), data };
}

function whiskers({ groups, series, textOf }: Bars, at: number): CustomSeriesOption {
  const data = groups.flatMap(({ bars }, group) => {
    const bar = bars[at];
    return bar ? [[bar.min, group, bar.max, bar.value]] : [];
  });
  return {
    type: 'custom',
    silent: true,
    z: 5,
    encode: { x: [0, 2], y: 1 },
    data,
    renderItem: (_, api) => {
      const group = Number(api.value(1));
      const offset = api.barLayout({ ...GAPS, count: series.length })?.[at]?.offsetCenter ?? 0;
      const [left = 0, y = 0] = api.coord([api.value(0), group]);
      const [right = 0] = api.coord([api.value(2), group]);
      const middle = y + offset;
      const line = (x1: number, y1: number, x2: number, y2: number) => {
        return {
          type: 'line',
          shape: { x1, y1, x2, y2 },
          style: { stroke: INK, lineWidth: 1 },
        } as const;
      };
      const text = {
        text: textOf(Number(api.value(3))),
        x: right + 5,
        y: middle,
        fill: INK,
        fontSize: 12,
        fontFamily: FONT,
        verticalAlign: 'middle',
      } as const;
      const isOne = right - left < 1;
      const marks = isOne
        ? []
        : [
            line(left, middle, right, middle),
            line(left, middle - 3, left, middle + 3),
            line(right, middle - 3, right, middle + 3),
          ];
      return { type: 'group', children: [...marks, { type: 'text', style: text }] };
    },
  };
}

/** The power of ten below all bars, and far enough below that the shortest is seen. */
function floorOf({ groups }: Bars): number {
  const all = groups.flatMap(({ bars }) => bars.flatMap((bar) => (bar ? [bar.min] : [])));
  const least = Math.min(...all.filter((value) => value > 0));
  return Number.isFinite(least) ? 10 ** Math.floor(Math.log10(least / 2)) : 0.01;
}
