// Several faces of one thing, one at a time. Which one stands in the address (`?tab=`), so that it can be sent to others.
import type { ComponentChildren } from 'preact';
import { place, setQuery } from '../shell/router.ts';
import { Badge, type Tone } from './badge.tsx';

export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly count?: string | number | undefined;
  readonly tone?: Tone | undefined;
  /** Made only while it is shown. */
  readonly show: () => ComponentChildren;
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** In the address; default `tab`. */
  readonly name?: string;
}

export function Tabs({ label, tabs, name = 'tab' }: TabsProps) {
  const wanted = place.value.query.get(name);
  const current = tabs.find(({ id }) => id === wanted) ?? tabs[0];
  if (current === undefined) return null;
  const choose = (tab: Tab) => setQuery({ [name]: tab === tabs[0] ? null : tab.id });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = tabs[(tabs.indexOf(current) + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
    document.getElementById(`${name}-${next.id}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            class="tab"
            role="tab"
            id={`${name}-${tab.id}`}
            aria-selected={tab === current}
            aria-controls={`${name}-panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => choose(tab)}
          >
            {tab.title}
            {tab.count === undefined ? null : <Badge tone={tab.tone}>{tab.count}</Badge>}
          </button>
        ))}
      </div>
      <div
        class="tab-panel"
        role="tabpanel"
        id={`${name}-panel`}
        aria-labelledby={`${name}-${current.id}`}
        key={current.id}
      >
        {current.show()}
      </div>
    </>
  );
}
