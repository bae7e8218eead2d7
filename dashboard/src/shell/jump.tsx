// The way to anything by its name: views, queues and topics, as they are typed.
import { signal } from '@preact/signals';
import { useEffect, useId, useState } from 'preact/hooks';
import { Badge } from '../components/badge.tsx';
import { Dialog } from '../components/dialog.tsx';
import { liveCounts } from '../live/live-feed.ts';
import { goTo, linkTo } from './router.ts';
import { ROUTES } from './routes.ts';

const isOpen = signal(false);
const FOUND_MAX = 12;

export function openJump(): void {
  isOpen.value = true;
}

interface Target {
  readonly name: string;
  readonly kind: string;
  readonly link: string;
}

export function Jump() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      isOpen.value = !isOpen.peek();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return isOpen.value ? <JumpDialog /> : null;
}

function JumpDialog() {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const list = useId();
  const found = targetsOf(text);
  const close = () => {
    isOpen.value = false;
  };
  const go = (target: Target | undefined) => {
    if (target === undefined) return;
    close();
    goTo(target.link);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive((active + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      go(found[active]);
    }
  };
  return (
    <Dialog title="Jump to" onClose={close}>
      <input
        class="input"
        role="combobox"
        aria-label="Name of a view, a queue or a topic"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={found.length === 0 ? undefined : `${list}-${active}`}
        placeholder="Name of a view, a queue or a topic"
        data-autofocus=""
        autoComplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div class="jump-list" role="listbox" id={list} aria-label="Found">
        {found.map((target, index) => (
          <div
            key={target.link}
            id={`${list}-${index}`}
            class="jump-item"
            role="option"
            aria-selected={index === active}
            onClick={() => go(target)}
          >
            <span>{target.name}</span>
            <Badge>{target.kind}</Badge>
          </div>
        ))}
      </div>
      {found.length === 0 ? <p class="muted">Nothing has this name.</p> : null}
    </Dialog>
  );
}

/** Names that begin with the text first, then those that have it somewhere. */
function targetsOf(text: string): readonly Target[] {
  const wanted = text.trim().toLowerCase();
  const found = allTargets()
    .map((target) => ({ target, at: target.name.toLowerCase().indexOf(wanted) }))
    .filter(({ at }) => at >= 0);
  found.sort((a, b) => Math.sign(a.at) - Math.sign(b.at));
  return found.slice(0, FOUND_MAX).map(({ target }) => target);
}

function allTargets(): readonly Target[] {
  const views = ROUTES.filter(({ nav }) => nav !== undefined).map(({ title, path }) => {
    return { name: title, kind: 'view', link: `#${path}` };
  });
  const queues = liveCounts.peek()?.queues ?? [];
  const topics = new Set(queues.flatMap(({ topics: own }) => own.map(({ topic }) => topic)));
  return [
    ...views,
    ...targetsAt(
      '/queues/{name}',
      'queue',
      queues.map(({ queue }) => queue),
    ),
    ...targetsAt('/topics/{name}', 'topic', [...topics]),
  ];
}

/** Only where there is a view for them. */
function targetsAt(path: string, kind: string, names: readonly string[]): readonly Target[] {
  const pattern = path.replaceAll(/\{\w+\}/g, '{}');
  const hasView = ROUTES.some((row) => row.path.replaceAll(/\{\w+\}/g, '{}') === pattern);
  return hasView ? names.map((name) => ({ name, kind, link: linkTo(path, { name }) })) : [];
}
