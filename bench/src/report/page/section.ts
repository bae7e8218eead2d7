// What a section of the page is, and a plot with its reading and its table.

import { type Chart, chartHtml } from '../charts/draw.ts';
import { type Html, html } from './html.ts';
import { type TableText, tableHtml } from './table-html.ts';

export interface Section {
  /** Of the link to it. */
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

export interface Plot {
  readonly chart: Chart;
  /** What the plot shows, from its data. */
  readonly reading: readonly string[];
  /** Null where the plot before has it. */
  readonly table: TableText | null;
}

export function plotHtml({ chart, reading, table }: Plot): Html {
  return html`<section aria-labelledby="${chart.id}">
<h3 id="${chart.id}">${chart.title}</h3>
<p class="reading">${reading.join(' ')}</p>
${chartHtml(chart)}
${table && tableHtml(table)}
</section>`;
}
