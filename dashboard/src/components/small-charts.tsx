// Pictures as small as a line of text: the course of a value, and a part of a whole. Decoration beside their numbers.

interface SparkProps {
  /** Oldest first; null is a gap. */
  readonly values: readonly (number | null)[];
  /** `--series-1` to `--series-6`, or a tone. Default `--series-1`. */
  readonly color?: string;
}

const WIDTH = 120;
const HEIGHT = 24;

export function Spark({ values, color = '--series-1' }: SparkProps) {
  const known = values.filter((value) => value !== null);
  const top = known.reduce((a, b) => Math.max(a, b), 0);
  const step = WIDTH / Math.max(1, values.length - 1);
  let path = '';
  let isDown = false;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      isDown = false;
      continue;
    }
    const y = HEIGHT - 1 - (top === 0 ? 0 : (value / top) * (HEIGHT - 3));
    path += `${isDown ? 'L' : 'M'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    isDown = true;
  }
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path
        d={path}
        fill="none"
        style={{ stroke: `var(${color})` }}
        stroke-width="1.5"
        vector-effect="non-scaling-stroke"
      />
    </svg>
  );
}

interface MeterProps {
  /** 0 to 1. */
  readonly part: number;
  /** What is measured, for those who do not see it. */
  readonly label: string;
  readonly tone?: 'warn' | 'bad' | undefined;
}

export function Meter({ part, label, tone }: MeterProps) {
  const percent = Math.max(0, Math.min(100, part * 100));
  return (
    <span
      class="meter"
      data-tone={tone}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent)}
    >
      <span style={{ width: `${percent}%` }} />
    </span>
  );
}
