// What a table of metrics is, and its rows for the reference page. It knows no particular metric.

export interface MetricSpec {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly about: string;
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

export type MetricTable = Readonly<Record<`millrace_${string}`, MetricSpec>>;

/** A table in Markdown, one row a metric. */
export function renderMetricRows(table: MetricTable): string {
  const rows = Object.entries(table).map(([name, { type, labels, about }]) => {
    const names = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${names} | ${about} |`;
  });
  return ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
