// A plot for a terminal: what was measured over time, one band of bars a measure, over one axis. Text from numbers; it
// must not print, and knows neither queues nor workers.

export interface Point {
  /** Since the beginning of what is plotted. */
  readonly atMs: number;
  readonly value: number;
}

export interface Band {
  readonly title: string;
  readonly points: readonly Point[];
  /** Lines of text. */
  readonly rows: number;
}

export interface Mark {
  readonly atMs: number;
  readonly text: string;
}

export interface Plot {
  readonly bands: readonly Band[];
  readonly marks?: readonly Mark[];
  /** Columns of bars; labels come on top. */
  readonly width?: number;
}

const WIDTH = 60;
/** A cell filled from below in eighths. */
const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Each column shows the largest value of its time, or the one before where nothing was measured in it. */
export function drawPlot({ bands, marks = [], width = WIDTH }: Plot): string {
  const endMs = Math.max(1, ...bands.flatMap(({ points }) => points.map(({ atMs }) => atMs)));
  const tops = bands.map(({ points }) => Math.max(1, ...points.map(({ value }) => value)));
  const margin = Math.max(...tops.map((top) => label(top).length), 1);
  const lines = bands.flatMap((band, at) => [
    `${' '.repeat(margin)} ${band.title}`,
    ...drawBand(band, tops[at] ?? 1, columnsOf(band.points, endMs, width), margin),
  ]);
  return [...lines, ...drawAxis(endMs, width, margin), ...drawMarks(marks, endMs, width, margin)]
    .map((line) => line.trimEnd())
    .join('\n');
}

function columnsOf(points: readonly Point[], endMs: number, width: number): number[] {
  const largest = new Map<number, number>();
  for (const { atMs, value } of points) {
    const column = columnAt(atMs, endMs, width);
    largest.set(column, Math.max(largest.get(column) ?? 0, value));
  }
  let last = 0;
  return Array.from({ length: width }, (_, column) => {
    last = largest.get(column) ?? last;
    return last;
  });
}

function columnAt(atMs: number, endMs: number, width: number): number {
  return Math.min(width - 1, Math.floor((atMs / endMs) * width));
}

function drawBand(
  { rows }: Band,
  top: number,
  columns: readonly number[],
  margin: number,
): string[] {
  return Array.from({ length: rows }, (_, at) => {
    const below = rows - 1 - at;
    const name = at === 0 ? label(top) : at === rows - 1 ? label(0) : '';
    return `${name.padStart(margin)} ┤${columns.map((value) => cell(value, top, rows, below)).join('')}`;
  });
}

/** What is above 0 shows at least an eighth. */
function cell(value: number, top: number, rows: number, below: number): string {
  const eighths = Math.max(value > 0 ? 1 : 0, Math.round((value / top) * rows * 8));
  return EIGHTHS[Math.max(0, Math.min(8, eighths - below * 8))] ?? ' ';
}

function drawAxis(endMs: number, width: number, margin: number): string[] {
  const end = `${(endMs / 1_000).toFixed(0)} s`;
  return [
    `${' '.repeat(margin)} └${'─'.repeat(width)}`,
    `${' '.repeat(margin)}  0 s${end.padStart(width - 3)}`,
  ];
}

/** A line a mark, so that texts never meet. */
function drawMarks(marks: readonly Mark[], endMs: number, width: number, margin: number): string[] {
  return marks.map(({ atMs, text }) => {
    const column = columnAt(atMs, endMs, width);
    const isRight = column + 2 + text.length > width;
    const words = isRight ? `${text} ↑`.padStart(column + 1) : `${' '.repeat(column)}↑ ${text}`;
    return `${' '.repeat(margin)}  ${words}`;
  });
}

function label(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
