// The parts of a view: its head, panels, tiles of numbers, names with values, what is not there yet.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Command } from './copy.tsx';

interface PageProps {
  readonly title: string;
  /** One sentence; omit it where the title says all. */
  readonly about?: ComponentChildren;
  readonly badges?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The whole of a view. Its title is the page's only h1, and the title of the window. */
export function Page({ title, about, badges, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} – Millrace`;
  }, [title]);
  return (
    <>
      <header class="view-head">
        <div class="view-title">
          <h1>
            {title} {badges}
          </h1>
          {about === undefined ? null : <p class="view-about">{about}</p>}
        </div>
        {actions === undefined ? null : <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

interface PanelProps {
  readonly title?: ComponentChildren;
  readonly about?: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** Without a margin: for a table. */
  readonly isFlush?: boolean;
  readonly children: ComponentChildren;
}

export function Panel({ title, about, actions, isFlush, children }: PanelProps) {
  const hasHead = title !== undefined || actions !== undefined;
  return (
    <section class="panel">
      {hasHead ? (
        <header class="panel-head">
          {title === undefined ? null : <h2>{title}</h2>}
          {about === undefined ? null : <span class="panel-about">{about}</span>}
          {actions === undefined ? null : <div class="actions">{actions}</div>}
        </header>
      ) : null}
      <div class="panel-body" data-flush={isFlush ? '' : undefined}>
        {children}
      </div>
    </section>
  );
}

export function Stats({ children }: { readonly children: ComponentChildren }) {
  return <div class="stats">{children}</div>;
}

interface StatProps {
  readonly name: string;
  readonly value: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly tone?: 'good' | 'warn' | 'bad' | undefined;
  /** A link of `linkTo`. */
  readonly to?: string | undefined;
  readonly title?: string | undefined;
}

/** One number with its name. */
export function Stat({ name, value, note, tone, to, title }: StatProps) {
  const inner = (
    <>
      <span class="stat-name">{name}</span>
      <span class={`stat-value ${tone === undefined ? '' : `tone-${tone}`}`}>{value}</span>
      {note === undefined ? null : <span class="stat-note">{note}</span>}
    </>
  );
  if (to === undefined) {
    return (
      <div class="stat" title={title}>
        {inner}
      </div>
    );
  }
  return (
    <a class="stat" href={to} title={title}>
      {inner}
    </a>
  );
}

/** Names with values. A value that is undefined leaves its row out. */
export function Facts({
  rows,
}: {
  readonly rows: readonly (readonly [string, ComponentChildren])[];
}) {
  return (
    <dl class="facts">
      {rows
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [
          <dt key={`${name} name`}>{name}</dt>,
          <dd key={name}>{value}</dd>,
        ])}
    </dl>
  );
}

interface EmptyProps {
  readonly title: string;
  /** What this is for, and what to do next. */
  readonly children?: ComponentChildren;
  /** The exact command that does it. */
  readonly command?: string | undefined;
  readonly action?: ComponentChildren;
}

/** What stands where a list has nothing: teaches the next step. */
export function Empty({ title, children, command, action }: EmptyProps) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children === undefined ? null : <p>{children}</p>}
      {command === undefined ? null : <Command text={command} />}
      {action}
    </div>
  );
}

/** Stands for what is being loaded, without moving. */
export function Loading({ rows = 4 }: { readonly rows?: number }) {
  return (
    <div class="skeletons" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <div class="skeleton" key={row} style={{ width: `${92 - ((row * 23) % 50)}%` }} />
      ))}
    </div>
  );
}
