// When a schedule ticks next: in the reader's own time, and where it goes by a calendar also as that says it.
import { useMemo } from 'preact/hooks';
import { FromNow, Time } from '../../components/values.tsx';
import './schedules.css';

interface TickListProps {
  readonly ticks: readonly number[];
  /** Of the calendar. Undefined: it goes by none. */
  readonly timeZone: string | undefined;
}

export function TickList({ ticks, timeZone }: TickListProps) {
  const calendar = useMemo(() => calendarOf(timeZone), [timeZone]);
  return (
    <div class="schedules-upcoming" role="group" aria-label="Next ticks">
      <span class="field-label">Next ticks (your time)</span>
      <ol class="schedules-ticks">
        {ticks.map((atMs) => (
          <li key={atMs}>
            <Time atMs={atMs} />
            <span class="muted">
              <FromNow atMs={atMs} />
              {calendar === undefined ? '' : ` · ${calendar.format(atMs)}`}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** `Sun 03:00:00 CEST`: tells apart the hours that clocks leave out or say twice. Undefined too where the browser has no such zone. */
function calendarOf(timeZone: string | undefined): Intl.DateTimeFormat | undefined {
  if (timeZone === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'short',
    });
  } catch {
    return undefined;
  }
}
