// Progress of `produce` on stderr, if somebody watches it and does not type the input.

import type { Context } from '../../context.ts';
import { openBar } from '../../output/bar.ts';
import { formatCount, formatRate, formatSize } from '../../output/format.ts';
import type { InputSource } from './input-source.ts';
import type { Tally } from './tally.ts';

export interface Progress {
  stop(): void;
}

const INTERVAL_MS = 200;

export async function openProgress(
  context: Context,
  { bytesTotal, isTyped, bytesRead = () => tally.bytesRead }: InputSource,
  tally: Tally,
): Promise<Progress> {
  if (!context.output.isWatched || isTyped) return { stop: () => {} };
  const hasTotal = bytesTotal !== undefined && bytesTotal > 0;
  const format = hasTotal ? ' {bar} {percentage}%  {text}' : ' {text}';
  const bar = await openBar(context.terminal, format);
  const text = (): string =>
    `${formatCount(tally.stored)} records, ${formatSize(tally.bytesRead)}, ` +
    formatRate(tally.stored, tally.elapsedMs, 'records');
  bar.start(hasTotal ? bytesTotal : 1, 0, { text: text() });
  const timer = setInterval(() => {
    bar.update(hasTotal ? Math.min(bytesRead(), bytesTotal) : 0, { text: text() });
  }, INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      if (bar.isActive) bar.stop();
    },
  };
}
