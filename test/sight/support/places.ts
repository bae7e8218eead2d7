// Every view at an address where it has something to show: what is looked at in both themes and both sizes, and held to
// the rules of accessibility. A view without a row here fails a test.
import { SEEDED } from './seed.ts';

export interface Place {
  /** As in the table of routes of the page. */
  readonly route: string;
  /** Behind the `#`; default: the route itself. */
  readonly at?: string;
  /** Of its pictures; default: from the address. */
  readonly name?: string;
}

const DEAD_LETTERS = 'orders.dlq';

export const PLACES: readonly Place[] = [
  { route: '/' },
  { route: '/topics' },
  { route: '/topics/{topic}', at: '/topics/clicks' },
  { route: '/topics/{topic}', at: '/topics/orders?tab=partitions' },
  { route: '/messages', at: '/messages?topic=clicks&partition=1' },
  { route: '/messages', at: '/messages?topic=mails&queue=mails&state=leased' },
  { route: '/messages', at: '/messages?topic=clicks' },
  // The first topic that was made is `orders`; then came that of its dead letters.
  {
    route: '/messages',
    at: '/messages?topic=orders.dlq&open=00000002-0000-8000-8000-000000000000',
    name: 'message',
  },
  { route: '/queues' },
  { route: '/queues/{queue}', at: '/queues/orders' },
  { route: '/queues/{queue}', at: '/queues/mails?tab=leases' },
  { route: '/queues/{queue}', at: '/queues/orders?tab=settings' },
  { route: '/queues/{queue}', at: '/queues/mails?tab=messages&state=scheduled' },
  { route: '/queues/{queue}', at: '/queues/thumbnails?tab=scheduled' },
  { route: '/queues/{queue}', at: `/queues/${SEEDED.keyed}?tab=blocked` },
  { route: '/dead-letters' },
  { route: '/dead-letters/{queue}', at: `/dead-letters/${DEAD_LETTERS}` },
  { route: '/groups' },
  { route: '/groups/{group}', at: '/groups/search-index' },
  { route: '/groups/{group}', at: '/groups/orders' },
  { route: '/schedules' },
  { route: '/schedules/{schedule}', at: '/schedules/nightly-report' },
  { route: '/tasks' },
  { route: '/tasks/{task}', at: '/tasks/1' },
  { route: '/brokers' },
];

export function addressOf({ route, at }: Place): string {
  return at ?? route;
}

export function nameOf(place: Place): string {
  const words = addressOf(place)
    .replaceAll(/[^a-z0-9]+/gi, '-')
    .replaceAll(/^-|-$/g, '');
  return place.name ?? (words === '' ? 'overview' : words);
}
