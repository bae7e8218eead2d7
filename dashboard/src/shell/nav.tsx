// The navigation, from the table of routes. A drawer where the page is narrow.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Badge } from '../components/badge.tsx';
import { Icon } from '../components/icon.tsx';
import { toastProblem } from '../components/toast.tsx';
import { formatShort } from '../format/formats.ts';
import icon from '../icon.svg';
import { liveCounts } from '../live/live-feed.ts';
import { place } from './router.ts';
import { type NavGroup, ROUTES, type RouteRow } from './routes.ts';
import { logOut, sessionState } from './session.ts';

export const isNavOpen = signal(false);

const GROUPS: readonly NavGroup[] = ['Watch', 'Data', 'Work', 'System'];

export function Nav() {
  const { segments } = place.value;
  const path = segments.join('/');
  useEffect(() => {
    isNavOpen.value = false;
  }, [path]);
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') isNavOpen.value = false;
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <nav class="nav" id="nav" aria-label="Main" data-open={isNavOpen.value ? '' : undefined}>
        <a class="nav-brand" href="#/">
          <img src={icon} alt="" />
          Millrace
        </a>
        {GROUPS.map((group) => (
          <Group key={group} group={group} first={segments[0] ?? ''} />
        ))}
        <Foot />
      </nav>
      {isNavOpen.value ? (
        <div
          class="nav-shade"
          aria-hidden="true"
          onClick={() => {
            isNavOpen.value = false;
          }}
        />
      ) : null}
    </>
  );
}

function Group({ group, first }: { readonly group: NavGroup; readonly first: string }) {
  const rows = ROUTES.filter(({ nav }) => nav?.group === group);
  if (rows.length === 0) return null;
  return (
    <div class="nav-group">
      <h2>{group}</h2>
      <ul>
        {rows.map((row) => (
          <Item key={row.path} row={row} isCurrent={row.path === `/${first}`} />
        ))}
      </ul>
    </div>
  );
}

function Item({ row, isCurrent }: { readonly row: RouteRow; readonly isCurrent: boolean }) {
  return (
    <li>
      <a class="nav-link" href={`#${row.path}`} aria-current={isCurrent ? 'page' : undefined}>
        <Icon shape={row.nav?.icon ?? 'overview'} />
        {row.title}
        {row.nav?.icon === 'dead-letters' ? <DeadLetterCount /> : null}
      </a>
    </li>
  );
}

/** Waiting in dead-letter queues now: what somebody has to decide about. */
function DeadLetterCount() {
  const queues = liveCounts.value?.queues ?? [];
  const waiting = queues
    .filter(({ queue }) => queue.endsWith('.dlq'))
    .reduce((sum, { counts }) => sum + counts.pending, 0);
  if (waiting === 0) return null;
  return (
    <span class="nav-count">
      <Badge tone="bad" title={`${waiting} wait in dead-letter queues`}>
        {formatShort(waiting)}
      </Badge>
    </span>
  );
}

function Foot() {
  const state = sessionState.value;
  const user = state.kind === 'in' ? state.session.user : null;
  return (
    <div class="nav-foot">
      {user === null ? null : (
        <>
          <span class="nav-user" title={user}>
            {user}
          </span>
          <button
            type="button"
            class="nav-link button"
            data-kind="quiet"
            onClick={() => void logOut().catch(toastProblem)}
          >
            <Icon shape="logout" />
            Log out
          </button>
        </>
      )}
      <a class="nav-link" href="/docs">
        <Icon shape="info" />
        REST API
      </a>
    </div>
  );
}
