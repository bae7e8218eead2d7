// How fast a topic grew while this view was open: the gateway keeps no past of it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Chart } from '../../components/chart.tsx';
import { formatRate } from '../../format/formats.ts';
import { Ring } from '../../live/ring.ts';

const POINTS = 300;
const SPAN_S = 120;

interface Held {
  readonly name: string;
  readonly ring: Ring<'rate'>;
}

/** Notes each new rate; begins anew with another topic. */
export function useGrowthRing(
  name: string,
  look: { readonly atMs: number; readonly appendedRate: number | null } | undefined,
): Ring<'rate'> {
  const held = useRef<Held | undefined>(undefined);
  const { ring } =
    held.current?.name === name ? held.current : { ring: new Ring<'rate'>(POINTS, ['rate']) };
  held.current = { name, ring };
  const [, redraw] = useState(0);
  useEffect(() => {
    if (look === undefined || look.appendedRate === null) return;
    ring.push(look.atMs, { rate: look.appendedRate });
    redraw((before) => before + 1);
  }, [look]);
  return ring;
}

export function Growth({ ring }: { readonly ring: Ring<'rate'> }) {
  if (ring.length === 0) return <p class="muted">The first rate comes with the second look.</p>;
  return (
    <Chart
      label="Records appended a second"
      seconds={ring.seconds()}
      series={[
        { name: 'Appended', color: '--series-1', values: ring.values('rate'), isFilled: true },
      ]}
      format={(value) => `${formatRate(value)}/s`}
      spanS={SPAN_S}
    />
  );
}
