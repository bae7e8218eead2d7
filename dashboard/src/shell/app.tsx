// The page as a whole: who is asked to log in, and otherwise the frame with the view of the present address.
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { ConfirmHost } from '../components/confirm.tsx';
import { Note, ProblemNote } from '../components/note.tsx';
import { Empty, Loading } from '../components/page.tsx';
import { ToastHost } from '../components/toast.tsx';
import { Bar } from './bar.tsx';
import { Banner } from './connection-banner.tsx';
import { Jump } from './jump.tsx';
import { LoginView } from './login-view.tsx';
import { Nav } from './nav.tsx';
import { place } from './router.ts';
import { matchRoute, type RouteRow, type ViewProps } from './routes.ts';
import { askSession, sessionState } from './session.ts';
import { ShortcutHelp } from './shortcuts.tsx';

export function App() {
  const state = sessionState.value;
  useEffect(() => void askSession(), []);
  if (state.kind === 'asking') return <Loading />;
  if (state.kind === 'unreachable') {
    return (
      <main class="view">
        <ProblemNote problem={state.problem} onRetry={() => void askSession()} />
      </main>
    );
  }
  return (
    <>
      {state.kind === 'out' ? <LoginView /> : <Frame />}
      <ConfirmHost />
      <ToastHost />
    </>
  );
}

function Frame() {
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('view')?.focus()}>
        Skip to the content
      </button>
      <div class="frame">
        <Nav />
        <div class="main">
          <Bar />
          <Banner />
          <View />
        </div>
      </div>
      <Jump />
      <ShortcutHelp />
    </>
  );
}

interface Made {
  readonly row: RouteRow;
  readonly View?: ComponentType<ViewProps>;
  readonly isFailed?: boolean;
}

/** The view of the address. Its code comes when it is first shown; what stood there before stays until then. */
function View() {
  const { segments } = place.value;
  const match = matchRoute(segments);
  const [made, setMade] = useState<Made>();
  const main = useRef<HTMLElement>(null);
  const row = match?.row;
  useEffect(() => {
    if (row === undefined) return undefined;
    let isWanted = true;
    row.load().then(
      ({ View: loaded }) => isWanted && setMade({ row, View: loaded }),
      () => isWanted && setMade({ row, isFailed: true }),
    );
    return () => {
      isWanted = false;
    };
  }, [row]);
  const path = segments.join('/');
  const lastPath = useRef(path);
  useEffect(() => {
    if (lastPath.current === path) return;
    lastPath.current = path;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <main class="view" id="view" tabIndex={-1} ref={main}>
      {match === undefined ? <NoSuchView /> : <Shown made={made} match={match} path={path} />}
    </main>
  );
}

interface ShownProps {
  readonly made: Made | undefined;
  readonly match: NonNullable<ReturnType<typeof matchRoute>>;
  readonly path: string;
}

function Shown({ made, match, path }: ShownProps) {
  if (made?.isFailed === true && made.row === match.row) {
    const reload = <Button onPress={() => location.reload()}>Reload the page</Button>;
    return (
      <Note tone="warn" action={reload}>
        This part of the page did not load. The gateway may have been upgraded since the page was
        opened.
      </Note>
    );
  }
  if (made?.View === undefined || made.row !== match.row) return <Loading />;
  return <made.View key={path} params={match.params} />;
}

function NoSuchView() {
  const action = (
    <a class="button" href="#/">
      To the overview
    </a>
  );
  return (
    <Empty title="There is no such page" action={action}>
      The address may be of another version, or be mistyped.
    </Empty>
  );
}
