// A word with a tone: states of messages, groups and tasks.
import type { ComponentChildren } from 'preact';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'accent' | 'quiet';

interface BadgeProps {
  readonly tone?: Tone | undefined;
  readonly title?: string | undefined;
  readonly children: ComponentChildren;
}

export function Badge({ tone, title, children }: BadgeProps) {
  return (
    <span class="badge" data-tone={tone} title={title}>
      {children}
    </span>
  );
}

const STATES: Readonly<Record<string, readonly [tone: Tone, about: string]>> = {
  fresh: ['quiet', 'Was never delivered'],
  ready: ['info', 'Waits for its next delivery'],
  leased: ['accent', 'Given to a worker until its deadline'],
  scheduled: ['info', 'Waits for a time'],
  parked: ['quiet', 'Waits for its key or tenant'],
  blocked: ['warn', 'Stopped until somebody decides'],
  acknowledged: ['good', 'Finished'],
  dead: ['bad', 'Given up'],
  gone: ['quiet', 'The log holds it no longer'],
};

/** What a message is in its queue. */
export function StateBadge({ state }: { readonly state: string }) {
  const [tone, about] = STATES[state] ?? ['quiet', undefined];
  return (
    <Badge tone={tone} title={about}>
      {state}
    </Badge>
  );
}
