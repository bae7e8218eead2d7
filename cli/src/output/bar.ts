// A progress bar on stderr. Who opens one has asked first whether somebody watches.

import type { SingleBar } from 'cli-progress';
import type { Terminal } from '../terminal.ts';

/** Not started yet. `format` says where bar, percentage and text stand, in the words of cli-progress. */
export async function openBar({ stderr }: Terminal, format: string): Promise<SingleBar> {
  const { default: progress } = await import('cli-progress');
  return new progress.SingleBar(
    {
      stream: stderr,
      format,
      clearOnComplete: true,
      hideCursor: null,
      gracefulExit: false,
      autopadding: true,
    },
    progress.Presets.shades_classic,
  );
}
