// A table of exact figures: the first column names, the others are numbers, to the right.

import { Html, html, type Piece } from './html.ts';

export interface TableText {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly TableRow[];
  /** Columns with words in them, by their place; the first always is one. */
  readonly wordsAt?: readonly number[];
}

export interface TableRow {
  readonly cells: readonly Piece[];
  /** Of Millrace itself. */
  readonly isOurs?: boolean;
}

export function tableHtml({ caption, head, rows, wordsAt = [] }: TableText): Html {
  const className = (at: number) => new Html(at === 0 || wordsAt.includes(at) ? '' : ' class="n"');
  const headCells = head.map((text, at) => html`<th scope="col"${className(at)}>${text}</th>`);
  return html`<div class="scroll"><table>
<caption>${caption}</caption>
<thead><tr>${headCells}</tr></thead>
<tbody>${rows.map((row) => rowHtml(row, className))}</tbody>
</table></div>`;
}

function rowHtml({ cells, isOurs }: TableRow, className: (at: number) => Html): Html {
  const inner = cells.map((cell, at) =>
    at === 0 ? html`<th scope="row">${cell}</th>` : html`<td${className(at)}>${cell}</td>`,
  );
  return html`<tr${new Html(isOurs === true ? ' class="ours"' : '')}>${inner}</tr>`;
}
