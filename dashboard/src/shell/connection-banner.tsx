// Says that what stands on the page is old, since when, and what is being done about it.
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { formatClock, formatDuration } from '../format/formats.ts';
import { connectNow, liveFailure, liveStatus, lostSinceMs } from '../live/live-feed.ts';
import { nowMs } from '../live/now.ts';
import { sessionState } from './session.ts';

/** A feed that comes back within this time was not worth a word. */
const PATIENCE_MS = 1_500;

export function Banner() {
  const since = lostSinceMs.value;
  if (liveStatus.value === 'lost' && since !== null) {
    const forMs = nowMs.value - since;
    return forMs < PATIENCE_MS ? null : <Lost since={since} forMs={forMs} />;
  }
  const failure = liveFailure.value;
  if (failure === undefined) return <FewRights />;
  return (
    <div class="banner" role="alert">
      <Icon shape="warn" />
      <span>The gateway cannot count now: {failure}</span>
    </div>
  );
}

/** Empty lists teach how to begin; here they may be empty because of whose they are. */
function FewRights() {
  const state = sessionState.value;
  if (state.kind !== 'in') return null;
  const { user, superuser, cluster } = state.session;
  if (user === null || superuser || cluster.describe) return null;
  return (
    <p class="few-rights muted">
      You see and change what {user} may: what is missing here may still be there.
    </p>
  );
}

function Lost({ since, forMs }: { readonly since: number; readonly forMs: number }) {
  return (
    <div class="banner" role="alert">
      <Icon shape="warn" />
      <span>
        Connection lost at {formatClock(since)}. What you see is as it was then; the page tries
        again by itself.
      </span>
      <span aria-hidden="true">{formatDuration(Math.floor(forMs / 1_000) * 1_000)}</span>
      <Button isSmall onPress={connectNow}>
        Try now
      </Button>
    </div>
  );
}
