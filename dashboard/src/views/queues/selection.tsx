// What is done to the selected rows of a list: buttons that name how many messages they act on.
import { useState } from 'preact/hooks';
import { formatCount, formatMany } from '../../format/formats.ts';
import { ActButton, type Need } from '../../shell/rights.tsx';
import { type Change, changeMessages } from '../messages/change-message.ts';
import { RescheduleDialog } from '../messages/reschedule-dialog.tsx';

/** As many as the gateway takes at a time. */
export const CHANGED_MAX = 1_000;

const ACTS: readonly (readonly [change: Change, act: string])[] = [
  ['retry', 'Retry now'],
  ['cancel', 'Cancel'],
  ['dead-letter', 'Dead-letter'],
];

interface SelectionProps {
  readonly queue: string;
  /** Of the messages that are selected. */
  readonly ids: readonly string[];
  /** In place of “Cancel”, where that lets others go on. */
  readonly cancelWord?: string;
  /** They wait for a time, which can be another. */
  readonly canReschedule?: boolean;
  readonly onDone: () => void;
}

export function Selection({
  queue,
  ids,
  cancelWord,
  canReschedule = false,
  onDone,
}: SelectionProps) {
  const taken = ids.slice(0, CHANGED_MAX);
  const [isMoving, setMoving] = useState(false);
  const needs: readonly Need[] = [['alter', 'group', queue]];
  const act = async (change: Change) => {
    if (await changeMessages(queue, taken, change)) onDone();
  };
  return (
    <>
      <span class="muted" role="status">
        {ids.length === 0 ? 'Select messages to act on them' : formatMany(ids.length, 'message')}
        {ids.length > CHANGED_MAX ? `, the first ${formatCount(CHANGED_MAX)} at a time` : ''}
      </span>
      {ACTS.map(([change, word]) => (
        <ActButton
          key={change}
          needs={needs}
          isSmall
          kind={change === 'retry' ? 'primary' : undefined}
          isDisabled={taken.length === 0}
          onPress={() => void act(change)}
        >
          {change === 'cancel' ? (cancelWord ?? word) : word}
        </ActButton>
      ))}
      {canReschedule ? (
        <ActButton
          needs={needs}
          isSmall
          isDisabled={taken.length === 0}
          onPress={() => setMoving(true)}
        >
          Reschedule
        </ActButton>
      ) : null}
      {isMoving ? (
        <RescheduleDialog
          queue={queue}
          ids={taken}
          onClose={() => setMoving(false)}
          onDone={() => {
            setMoving(false);
            onDone();
          }}
        />
      ) : null}
    </>
  );
}
