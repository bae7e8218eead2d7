// Lines over a number, linear or logarithmic, each with a colour, a dash and a mark of its own.

import { AXIS, type Chart, type ChartOption, LEGEND, type Size } from './draw.ts';

export interface Lines {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly x: LineAxis;
  readonly y: LineAxis;
  readonly lines: readonly Line[];
}

export interface LineAxis {
  readonly name: string;
  readonly scale: 'linear' | 'log';
  readonly textOf: (value: number) => string;
  /** Where the labels stand, where that is not for the library to say. */
  readonly ticks?: readonly number[];
  readonly max?: number;
  readonly min?: number;
}

export interface Line {
  readonly name: string;
  readonly isOurs: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Told apart by a colour-blind eye, in both lights; each with a dash and a mark, for those who see no colour. */
const LOOKS = [
  { color: 'var(--line-1)', dash: [6, 3], symbol: 'rect' },
  { color: 'var(--line-2)', dash: [2, 2], symbol: 'triangle' },
  { color: 'var(--line-3)', dash: [10, 3, 2, 3], symbol: 'diamond' },
  { color: 'var(--line-4)', dash: [4, 4], symbol: 'emptyRect' },
  { color: 'var(--line-5)', dash: [12, 4], symbol: 'emptyTriangle' },
  { color: 'var(--line-6)', dash: [1, 3], symbol: 'emptyDiamond' },
] as const;
const OUR_LOOK = { color: 'var(--ours)', dash: 'solid', symbol: 'circle' } as const;

export function linesChart(lines: Lines): Chart {
  return {
    id: lines.id,
    title: lines.title,
    description: lines.description,
    heightAt: ({ name }) => (name === 'narrow' ? 300 : 360),
    optionAt: (size) => optionOf(lines, size),
  };
}

function optionOf({ x, y, lines }: Lines, size: Size): ChartOption {
  const isNarrow = size.name === 'narrow';
  const legendRows = Math.ceil(lines.length / (isNarrow ? 2 : 5));
  const looks = looksOf(lines);
  return {
    legend: { ...LEGEND, selectedMode: false, itemGap: isNarrow ? 6 : 14 },
    grid: { top: 12 + legendRows * 20 + 18, left: isNarrow ? 48 : 64, right: 24, bottom: 44 },
    xAxis: { ...axisOf(x), nameLocation: 'middle', nameGap: 28, splitLine: { show: false } },
    yAxis: {
      ...axisOf(y),
      nameLocation: 'end',
      nameGap: 14,
      nameTextStyle: {
        ...AXIS.nameTextStyle,
        align: 'left',
        padding: [0, 0, 0, isNarrow ? -44 : -60],
      },
    },
    series: lines.map(({ name, points, isOurs }, at) => {
      const look = looks[at] ?? OUR_LOOK;
      return {
        type: 'line',
        name,
        data: points.map((point) => [...point]),
        symbol: look.symbol,
        symbolSize: 8,
        color: look.color,
        z: isOurs ? 4 : 2,
        lineStyle: {
          color: look.color,
          width: isOurs ? 3 : 2,
          type: look.dash === 'solid' ? 'solid' : [...look.dash],
        },
        itemStyle: { color: look.color },
      };
    }),
  };
}

/** Ours has a look of its own, the first of several; the others take what is left, in turn. */
function looksOf(lines: readonly Line[]) {
  let next = 0;
  let hasOurs = false;
  return lines.map(({ isOurs }) => {
    if (isOurs && !hasOurs) {
      hasOurs = true;
      return OUR_LOOK;
    }
    next += 1;
    return LOOKS[(next - 1) % LOOKS.length];
  });
}

function axisOf({ name, scale, textOf, ticks, max, min }: LineAxis) {
  return {
    ...AXIS,
    name,
    type: scale === 'log' ? 'log' : 'value',
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(ticks !== undefined && { axisTick: { show: true, customValues: [...ticks] } }),
    axisLabel: {
      ...AXIS.axisLabel,
      hideOverlap: true,
      formatter: textOf,
      ...(ticks !== undefined && { customValues: [...ticks] }),
    },
  } as const;
}
