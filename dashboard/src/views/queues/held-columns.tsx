// Columns of runs of messages that are leased or wait for a time.
import type { Column } from '../../components/columns.ts';
import { Count, Countdown, FromNow, NONE, Time } from '../../components/values.tsx';
import { offsetsText } from './held.ts';
import type { Held } from './queue-shapes.ts';

const PLACE: readonly Column<Held>[] = [
  {
    id: 'partition',
    title: 'Part.',
    isNumber: true,
    width: '52px',
    sort: ({ partition }) => partition,
    cell: ({ partition }) => partition,
  },
  {
    id: 'offset',
    title: 'Offset',
    width: 'minmax(64px, 1fr)',
    sort: ({ firstOffset }) => firstOffset,
    cell: (row) => offsetsText(row),
  },
  {
    id: 'messages',
    title: 'Messages',
    isNumber: true,
    onPhone: false,
    width: '88px',
    sort: ({ messages }) => messages,
    cell: ({ messages }) => <Count value={messages} />,
  },
];

const DELIVERIES: Column<Held> = {
  id: 'deliveries',
  title: 'Deliveries',
  isNumber: true,
  onPhone: false,
  width: '92px',
  sort: ({ deliveries }) => deliveries,
  cell: ({ deliveries }) => <Count value={deliveries} />,
};

const LAST_ERROR: Column<Held> = {
  id: 'error',
  title: 'Last error',
  onPhone: false,
  width: 'minmax(100px, 2fr)',
  cell: ({ lastError }) => lastError ?? NONE,
};

export const LEASE_COLUMNS: readonly Column<Held>[] = [
  ...PLACE,
  {
    id: 'member',
    title: 'Who has it',
    width: 'minmax(88px, 2fr)',
    sort: ({ memberId }) => memberId,
    cell: ({ memberId }) => (memberId === null ? NONE : <span title={memberId}>{memberId}</span>),
  },
  {
    id: 'until',
    title: 'Lease ends in',
    isNumber: true,
    width: 'minmax(124px, 1fr)',
    sort: ({ untilMs }) => untilMs,
    cell: ({ untilMs }) => <Countdown untilMs={untilMs} />,
  },
  DELIVERIES,
  {
    id: 'first',
    title: 'First delivered',
    onPhone: false,
    width: 'minmax(140px, 1fr)',
    sort: ({ firstDeliveredAtMs }) => firstDeliveredAtMs,
    cell: ({ firstDeliveredAtMs }) => <FromNow atMs={firstDeliveredAtMs} />,
  },
  LAST_ERROR,
];

export const SCHEDULED_COLUMNS: readonly Column<Held>[] = [
  ...PLACE,
  {
    id: 'until',
    title: 'Ready in',
    isNumber: true,
    width: 'minmax(124px, 1fr)',
    sort: ({ untilMs }) => untilMs,
    cell: ({ untilMs }) => <Countdown untilMs={untilMs} />,
  },
  {
    id: 'at',
    title: 'Ready at',
    onPhone: false,
    width: '168px',
    sort: ({ untilMs }) => untilMs,
    cell: ({ untilMs }) => <Time atMs={untilMs} />,
  },
  {
    id: 'why',
    title: 'Why',
    onPhone: false,
    width: 'minmax(126px, 1fr)',
    sort: ({ deliveries }) => deliveries,
    cell: ({ deliveries }) => (deliveries === 0 ? 'sent with delay' : 'after a failure'),
  },
  DELIVERIES,
  LAST_ERROR,
];
