// What needs somebody first, each with a way to where it is looked at. Calm where there is nothing.
import { useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { formatCount } from '../../format/formats.ts';
import { liveFailure, liveStatus } from '../../live/live-feed.ts';
import { userOfRules } from '../../shell/rights.tsx';
import { type Concern, WORTH } from './attention.ts';

export function AttentionPanel({ concerns }: { readonly concerns: readonly Concern[] }) {
  const [isWhole, setWhole] = useState(false);
  // Nobody knows while the gateway is away or cannot count; the banner says so.
  const isBlind = liveStatus.value === 'lost' || liveFailure.value !== undefined;
  if (concerns.length === 0 && isBlind) return null;
  if (concerns.length === 0) {
    return (
      <p class="attention-none">
        <Icon shape="check" />
        {userOfRules() === undefined
          ? 'Nothing needs attention.'
          : 'Nothing of what you may see needs attention.'}
      </p>
    );
  }
  const shown = isWhole ? concerns : concerns.slice(0, WORTH.concernsMax);
  const others = concerns.length - shown.length;
  return (
    <section class="attention" aria-label="Needs attention">
      <h2>Needs attention</h2>
      <ul>
        {shown.map(({ tone, subject, text, link }) => (
          <li key={`${subject} ${text.replaceAll(/[\d.,]+/g, '')}`}>
            <a class="attention-row" href={link}>
              <span class={`tone-${tone}`}>
                <Icon shape="warn" />
              </span>
              <b>{subject}</b>
              <span class="attention-text">{text}</span>
              <Icon shape="right" />
            </a>
          </li>
        ))}
      </ul>
      {others === 0 ? null : (
        <Button kind="quiet" isSmall onPress={() => setWhole(true)}>
          {formatCount(others)} more
        </Button>
      )}
    </section>
  );
}
