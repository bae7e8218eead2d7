// Emptying a queue: asked with exact counts of a dry run, undone from a toast or from the queue's page while that is possible.
import { call } from '../../api/call.ts';
import type { PurgeUndoState } from '../../api/work-shapes.ts';
import { confirmAct } from '../../components/confirm.tsx';
import { Note } from '../../components/note.tsx';
import { toast, toastProblem } from '../../components/toast.tsx';
import { formatDuration, formatMany } from '../../format/formats.ts';
import { nowMs } from '../../live/now.ts';
import { ActButton } from '../../shell/rights.tsx';

const UNDO_MS = 3_600_000;

interface PurgeOptions {
  readonly one?: string;
  /** Only what comes of this topic, where the queue takes from several. */
  readonly topic?: string;
  /** The undo of the toast was used. */
  readonly onUndone?: () => void;
}

/** True once it was done. */
export async function purgeQueue(
  queue: string,
  { one = 'message', topic, onUndone }: PurgeOptions = {},
): Promise<boolean> {
  const path = { queue };
  const query = { topic };
  let purged = 0;
  const isDone = await confirmAct({
    title: `Purge ${queue}`,
    isDanger: true,
    consequence: async (signal) => {
      const { messages } = await call('POST /queues/{queue}/purge', {
        path,
        query,
        body: { dryRun: true },
        signal,
      });
      if (messages === 0) {
        return { says: <p>Nothing waits in {queue}.</p>, act: 'Purge', isNothing: true };
      }
      return {
        says: (
          <>
            <p>
              <strong>{formatMany(messages, one)}</strong> that nobody has resolved are taken away
              from {queue} at once, also those that workers have now. What is sent later stays.
            </p>
            <p>
              It can be undone for {formatDuration(UNDO_MS)}, as far as the log still holds them.
            </p>
          </>
        ),
        act: `Purge ${formatMany(messages, one)}`,
      };
    },
    run: async () => {
      const done = await call('POST /queues/{queue}/purge', {
        path,
        query,
        body: { undoMs: UNDO_MS },
      });
      purged = done.messages;
    },
  });
  if (!isDone) return false;
  toast({
    tone: 'good',
    text: `Purged ${formatMany(purged, one)} of ${queue}`,
    action: { label: 'Undo', run: () => undoPurge(queue, one).finally(onUndone) },
  });
  return true;
}

async function undoPurge(queue: string, one: string): Promise<void> {
  const { messages } = await call('POST /queues/{queue}/purge/undo', { path: { queue } });
  toast({ tone: 'good', text: `${formatMany(messages, one)} came back to ${queue}` });
}

interface PurgeUndoProps {
  readonly queue: string;
  readonly undo: PurgeUndoState | null | undefined;
  readonly one?: string;
  readonly onDone: () => void;
}

/** Stands in the queue's page for as long as its last purge can be undone. */
export function PurgeUndo({ queue, undo, one = 'message', onDone }: PurgeUndoProps) {
  if (undo === null || undefined === undo) return null;
  const leftMs = undo.untilMs - nowMs.value;
  if (leftMs <= 0) {
    return (
      <Note tone="info">
        A purge took {formatMany(undo.messages, one)}. The time to undo it is over.
      </Note>
    );
  }
  // Also where it failed: somebody may have undone it elsewhere.
  const act = () => undoPurge(queue, one).catch(toastProblem).finally(onDone);
  return (
    <Note
      tone="warn"
      action={
        <ActButton
          needs={[['alter', 'group', queue]]}
          isSmall
          icon="undo"
          onPress={() => void act()}
        >
          Undo the purge
        </ActButton>
      }
    >
      A purge took {formatMany(undo.messages, one)}. It can be undone for another{' '}
      {formatDuration(Math.ceil(leftMs / 1_000) * 1_000)}.
    </Note>
  );
}
