// The histogram of what becomes ready when. Its numbers stand in a table too, for those who do not see it.
import { useMemo } from 'preact/hooks';
import { formatDuration, formatMany, formatShort, formatTime } from '../../format/formats.ts';
import { nowMs } from '../../live/now.ts';
import './queues.css';
import type { Held } from './queue-shapes.ts';
import { type Bin, binTimes } from './time-bins.ts';

const WIDTH = 1_000;
const HEIGHT = 120;
const GAP = 4;

export function Timeline({ held }: { readonly held: readonly Held[] }) {
  const now = nowMs.value;
  const { bins, binMs, overdue } = useMemo(() => {
    const dues = held.map(({ untilMs, messages }) => ({ untilMs: untilMs ?? now, messages }));
    return binTimes(dues, now);
  }, [held, now]);
  const top = bins.reduce((most, { messages }) => Math.max(most, messages), 0);
  const last = bins.at(-1);
  return (
    <figure class="queues-timeline">
      <figcaption class="muted">
        {bins.length === 0
          ? ''
          : `A bar is ${formatDuration(binMs)}; the highest has ${formatShort(top)}. `}
        {overdue === 0
          ? ''
          : `${formatMany(overdue, 'message')} can be received already: their time has come.`}
      </figcaption>
      {last === undefined ? null : (
        <>
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`Messages by when they become ready, until ${formatTime(last.toMs)}`}
          >
            {bins.map((bin, at) => (
              <Bar key={at} bin={bin} at={at} count={bins.length} top={top} />
            ))}
          </svg>
          <div class="queues-axis" aria-hidden="true">
            <span>now</span>
            <span>in {formatDuration((binMs * bins.length) / 2)}</span>
            <span>in {formatDuration(binMs * bins.length)}</span>
          </div>
          <BinTable bins={bins} />
        </>
      )}
    </figure>
  );
}

interface BarProps {
  readonly bin: Bin;
  readonly at: number;
  readonly count: number;
  readonly top: number;
}

function Bar({ bin, at, count, top }: BarProps) {
  const step = WIDTH / count;
  const height = bin.messages === 0 ? 0 : Math.max(3, (bin.messages / top) * (HEIGHT - 4));
  return (
    <rect
      x={at * step + GAP / 2}
      y={HEIGHT - height}
      width={Math.max(1, step - GAP)}
      height={height}
    >
      <title>{`${formatTime(bin.fromMs)}: ${formatMany(bin.messages, 'message')}`}</title>
    </rect>
  );
}

function BinTable({ bins }: { readonly bins: readonly Bin[] }) {
  return (
    <table class="unseen">
      <caption>Messages by when they become ready</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">Messages</th>
        </tr>
      </thead>
      <tbody>
        {bins
          .filter(({ messages }) => messages > 0)
          .map(({ fromMs, messages }) => (
            <tr key={fromMs}>
              <td>{formatTime(fromMs)}</td>
              <td>{messages}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
