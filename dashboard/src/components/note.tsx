// A sentence or two in the view: what went wrong, what to know.
import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

interface NoteProps {
  readonly tone?: 'info' | 'good' | 'warn' | 'bad' | undefined;
  readonly children: ComponentChildren;
  readonly action?: ComponentChildren;
}

export function Note({ tone, children, action }: NoteProps) {
  const shape = tone === 'bad' || tone === 'warn' ? 'warn' : tone === 'good' ? 'check' : 'info';
  return (
    <div class="note" data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon shape={shape} />
      <div class="note-text">{children}</div>
      {action}
    </div>
  );
}

interface ProblemNoteProps {
  readonly problem: Problem;
  readonly onRetry?: (() => void) | undefined;
}

/** What the gateway refused, and the id that finds it in the log. */
export function ProblemNote({ problem, onRetry }: ProblemNoteProps) {
  const retry = onRetry && (
    <Button isSmall onPress={onRetry}>
      Try again
    </Button>
  );
  return (
    <Note tone="bad" action={retry}>
      {problem.message}
      <small>
        {problem.code}
        {problem.requestId === undefined ? '' : `, request ${problem.requestId}`}
      </small>
    </Note>
  );
}
