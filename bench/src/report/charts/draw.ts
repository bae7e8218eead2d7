// A chart as a figure of HTML: drawn twice, for a screen and for a phone, of which the style sheet shows one. Colours
// are names of the style sheet, so that one drawing serves light and dark.

import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption } from 'echarts/charts';
import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import type { GridComponentOption, LegendComponentOption } from 'echarts/components';
import { GridComponent, LegendComponent } from 'echarts/components';
import { type ComposeOption, init, setPlatformAPI, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { Html, html } from '../page/html.ts';

use([BarChart, CustomChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);

export type ChartOption = ComposeOption<
  | BarSeriesOption
  | CustomSeriesOption
  | LineSeriesOption
  | GridComponentOption
  | LegendComponentOption
>;

export interface Size {
  readonly name: 'wide' | 'narrow';
  readonly width: number;
}

export interface Chart {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What somebody should know who does not see it. */
  readonly description: string;
  heightAt(size: Size): number;
  optionAt(size: Size): ChartOption;
}

export const FONT = 'system-ui, sans-serif';

/** There is no browser to measure text: the widest of usual fonts, so that nothing runs into its neighbour. */
const EM_PER_CHARACTER = 0.62;
setPlatformAPI({
  measureText: (text, font) => {
    const size = Number(/(\d+)px/.exec(font ?? '')?.[1] ?? 12);
    return { width: text.length * size * EM_PER_CHARACTER };
  },
});

const SIZES: readonly Size[] = [
  { name: 'wide', width: 900 },
  { name: 'narrow', width: 358 },
];

export function chartHtml(chart: Chart): Html {
  return html`<div class="chart">${SIZES.map((size) => svgOf(chart, size))}</div>`;
}

function svgOf(chart: Chart, size: Size): Html {
  const height = chart.heightAt(size);
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: size.width, height });
  try {
    drawing.setOption({
      animation: false,
      textStyle: { fontFamily: FONT },
      ...chart.optionAt(size),
    });
    return dressed(drawing.renderToSVGString(), chart, size, height);
  } finally {
    drawing.dispose();
  }
}

/** Gives the drawing its name for readers that do not see it, and takes away what only serves a mouse. */
function dressed(svg: string, { id, title, description }: Chart, size: Size, height: number): Html {
  const inner = svg
    .replace(/^<svg[^>]*>/, '')
    .replaceAll(/<style[\s\S]*?<\/style>/g, '')
    .replaceAll(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, '');
  const name = `${id}-${size.name}`;
  const box = `0 0 ${size.width} ${height}`;
  return html`<svg class="${size.name}" viewBox="${box}" role="img" aria-labelledby="${name}-title ${name}-desc" xmlns="http://www.w3.org/2000/svg">
<title id="${name}-title">${title}</title><desc id="${name}-desc">${description}</desc>${new Html(inner)}`;
}

export const INK = 'var(--ink)';
export const MUTED = 'var(--muted)';
export const LINE = 'var(--line)';

/** What all axes have in common. */
export const AXIS = {
  axisLine: { lineStyle: { color: LINE } },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: LINE } },
  axisLabel: { color: MUTED, fontSize: 12 },
  nameTextStyle: { color: MUTED, fontSize: 12 },
} as const;

export const LEGEND = {
  top: 0,
  left: 0,
  itemWidth: 26,
  itemHeight: 10,
  textStyle: { color: INK, fontSize: 12 },
} as const;
