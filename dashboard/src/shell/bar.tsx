// Above the view: where the reader is, how the feed is, the way to anything by name, and the colours.
import { Button } from '../components/button.tsx';
import { Icon, type IconShape } from '../components/icon.tsx';
import { type LiveStatus, liveFailure, liveStatus } from '../live/live-feed.ts';
import { openJump } from './jump.tsx';
import { isNavOpen } from './nav.tsx';
import { place } from './router.ts';
import { ROUTES } from './routes.ts';
import { setTheme, THEMES, type Theme, theme } from './theme.ts';

export function Bar() {
  return (
    <header class="bar">
      <span class="bar-menu">
        <Button
          kind="quiet"
          icon="menu"
          label="Navigation"
          onPress={() => {
            isNavOpen.value = !isNavOpen.peek();
          }}
        />
      </span>
      <Crumbs />
      <div class="bar-end">
        <Feed status={liveStatus.value} />
        <button
          type="button"
          class="jump"
          aria-label="Jump to… Ctrl K"
          title="Jump to anything by name"
          onClick={openJump}
        >
          <Icon shape="search" />
          <span>Jump to…</span>
          <kbd>Ctrl K</kbd>
        </button>
        <ThemeSwitch />
      </div>
    </header>
  );
}

/** From the address: the row of the table with the first segment, and then the segments. */
function Crumbs() {
  const { segments } = place.value;
  const [first = '', ...rest] = segments;
  const row = ROUTES.find(({ path }) => path === `/${first}`);
  const title = row?.title ?? first;
  return (
    <nav aria-label="Where you are" style={{ minWidth: 0 }}>
      <ol class="crumbs">
        <li>
          {rest.length === 0 ? (
            <span aria-current="page">{title}</span>
          ) : (
            <a href={`#/${first}`}>{title}</a>
          )}
        </li>
        {rest.map((segment, index) => (
          <Crumb
            key={segment}
            segments={[first, ...rest.slice(0, index + 1)]}
            isLast={index === rest.length - 1}
          />
        ))}
      </ol>
    </nav>
  );
}

function Crumb({
  segments,
  isLast,
}: {
  readonly segments: readonly string[];
  readonly isLast: boolean;
}) {
  const name = segments.at(-1) ?? '';
  const link = `#/${segments.map(encodeURIComponent).join('/')}`;
  return <li>{isLast ? <span aria-current="page">{name}</span> : <a href={link}>{name}</a>}</li>;
}

const FEEDS: Readonly<Record<LiveStatus, readonly [tone: string | undefined, text: string]>> = {
  connecting: [undefined, 'Connecting'],
  open: ['good', 'Live'],
  lost: ['bad', 'Not connected'],
};

const BLIND = ['warn', 'No counts'] as const;

function Feed({ status }: { readonly status: LiveStatus }) {
  // The gateway is there, and its broker is not.
  const isBlind = status === 'open' && liveFailure.value !== undefined;
  const [tone, text] = isBlind ? BLIND : FEEDS[status];
  return (
    <span class="feed muted" role="status">
      <span class="dot" data-tone={tone} />
      {text}
    </span>
  );
}

const LOOKS: Readonly<Record<Theme, readonly [icon: IconShape, text: string]>> = {
  auto: ['auto', 'Colours: as the system'],
  light: ['light', 'Colours: light'],
  dark: ['dark', 'Colours: dark'],
};

function ThemeSwitch() {
  const [icon, text] = LOOKS[theme.value];
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'auto';
  return <Button kind="quiet" icon={icon} label={text} onPress={() => setTheme(next)} />;
}
