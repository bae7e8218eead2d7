// Small pictures, drawn as lines on 16 by 16. Decoration: what they mean is said in text beside them.

const PATHS = {
  overview: 'M2 13.5h12M3.5 11V8M7 11V3M10.5 11V6M13 11V4.5',
  topics: 'M2.5 4h11M2.5 8h11M2.5 12h11M5 4v0M8 8v0',
  messages: 'M2.5 3.5h11v8h-6l-3 2.5v-2.5h-2z',
  queues: 'M2 5h5v6H2zM9.5 5v6M12 5v6M14.5 5v6',
  'dead-letters': 'M2.5 4.5h11v8h-11zM2.5 5l5.5 4 5.5-4M6 1.5l4 0',
  groups:
    'M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M11 3a2.3 2.3 0 0 1 0 4.4M12 9.8c1.6.5 2.5 1.8 2.5 3.7',
  schedules: 'M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM8 4.8V8l2.2 1.6',
  tasks: 'M2.5 4l1.2 1.2L6 3M2.5 11l1.2 1.2L6 10M8.5 4.2h5M8.5 11.2h5',
  brokers: 'M2.5 2.5h11v4h-11zM2.5 9.5h11v4h-11zM5 4.5v0M5 11.5v0',
  menu: 'M2 4h12M2 8h12M2 12h12',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8L14 14',
  light:
    'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.2M8 13.8V15M1 8h1.2M13.8 8H15M3 3l.9.9M12.1 12.1l.9.9M3 13l.9-.9M12.1 3.9L13 3',
  dark: 'M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z',
  auto: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 2v12M8 5h3.5M8 8h6M8 11h3.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  warn: 'M8 2.2l6.3 11.3H1.7zM8 6.5v3M8 11.6v0',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.5v3.5M8 5v0',
  reload: 'M13.5 8A5.5 5.5 0 1 1 11.6 3.8M13.5 2v3.2h-3.2',
  more: 'M3.5 8v0M8 8v0M12.5 8v0',
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  left: 'M10 4L6 8l4 4',
  plus: 'M8 3v10M3 8h10',
  send: 'M14 2L7 9M14 2l-4.5 12L7 9 2 6.5z',
  edit: 'M3 13l.6-2.8L10.8 3l2.2 2.2-7.2 7.2z',
  trash: 'M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9',
  play: 'M4.5 3l8 5-8 5z',
  pause: 'M5 3v10M11 3v10',
  undo: 'M3 6h6.5a3.5 3.5 0 0 1 0 7H6M3 6l3-3M3 6l3 3',
  lock: 'M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  logout: 'M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6',
} as const;

export type IconShape = keyof typeof PATHS;

export function Icon({ shape }: { readonly shape: IconShape }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[shape]} />
    </svg>
  );
}
