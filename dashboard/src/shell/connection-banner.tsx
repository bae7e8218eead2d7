// Says that what stands on the page is old, since when, and what is being done about it.
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { formatClock, formatDuration } from '../format/formats.ts';
import { connectNow, liveFailure, liveStatus, lostSinceMs } from '../live/live-feed.ts';
import { nowMs } from '../live/now.ts';
import { userOfRules } from './rights.tsx';

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
  const user = userOfRules();
  if (user === undefined) return null;
  return (
    <aside class="few-rights muted" aria-label="Your rights">
      You see and change what {user} may. What you may not see is left out of lists, counts and
      totals: what is missing here may still be there.
    </aside>
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
