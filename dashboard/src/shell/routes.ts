// The table of views: at which address, in which file, and where in the navigation. A row a view; the rest of the page
// derives from it.
import type { ComponentType } from 'preact';

/** What a view gets: the parameters of its path. */
export interface ViewProps {
  readonly params: Readonly<Record<string, string>>;
}

export interface RouteRow {
  /** `{name}` takes one segment. */
  readonly path: string;
  /** Said in the title of the page. A view of one thing says its name instead. */
  readonly title: string;
  /** With its place in the navigation, and the key that follows `g`; views that are reached from others have none. */
  readonly nav?: { readonly group: NavGroup; readonly icon: IconName; readonly key: string };
  readonly load: () => Promise<{ readonly View: ComponentType<ViewProps> }>;
}

export type NavGroup = 'Watch' | 'Data' | 'Work' | 'System';
export type IconName =
  | 'overview'
  | 'topics'
  | 'messages'
  | 'queues'
  | 'dead-letters'
  | 'groups'
  | 'schedules'
  | 'tasks'
  | 'brokers';

export const ROUTES: readonly RouteRow[] = [
  {
    path: '/',
    title: 'Overview',
    nav: { group: 'Watch', icon: 'overview', key: 'o' },
    load: () => import('../views/overview/overview-view.tsx'),
  },
  {
    path: '/topics',
    title: 'Topics',
    nav: { group: 'Data', icon: 'topics', key: 't' },
    load: () => import('../views/topics/topics-view.tsx'),
  },
  {
    path: '/topics/{topic}',
    title: 'Topic',
    load: () => import('../views/topics/topic-view.tsx'),
  },
  {
    path: '/messages',
    title: 'Messages',
    nav: { group: 'Data', icon: 'messages', key: 'm' },
    load: () => import('../views/messages/messages-view.tsx'),
  },
  {
    path: '/queues',
    title: 'Queues',
    nav: { group: 'Work', icon: 'queues', key: 'q' },
    load: () => import('../views/queues/queues-view.tsx'),
  },
  {
    path: '/queues/{queue}',
    title: 'Queue',
    load: () => import('../views/queues/queue-view.tsx'),
  },
  {
    path: '/dead-letters',
    title: 'Dead letters',
    nav: { group: 'Work', icon: 'dead-letters', key: 'd' },
    load: () => import('../views/dead-letters/dead-letters-view.tsx'),
  },
  {
    path: '/dead-letters/{queue}',
    title: 'Dead letters',
    load: () => import('../views/dead-letters/letters-view.tsx'),
  },
  {
    path: '/groups',
    title: 'Groups',
    nav: { group: 'Work', icon: 'groups', key: 'r' },
    load: () => import('../views/groups/groups-view.tsx'),
  },
  {
    path: '/groups/{group}',
    title: 'Group',
    load: () => import('../views/groups/group-view.tsx'),
  },
  {
    path: '/schedules',
    title: 'Schedules',
    nav: { group: 'Work', icon: 'schedules', key: 's' },
    load: () => import('../views/schedules/schedules-view.tsx'),
  },
  {
    path: '/schedules/{schedule}',
    title: 'Schedule',
    load: () => import('../views/schedules/schedule-view.tsx'),
  },
  {
    path: '/tasks',
    title: 'Tasks',
    nav: { group: 'System', icon: 'tasks', key: 'k' },
    load: () => import('../views/tasks/tasks-view.tsx'),
  },
  {
    path: '/tasks/{task}',
    title: 'Task',
    load: () => import('../views/tasks/task-view.tsx'),
  },
  {
    path: '/brokers',
    title: 'Brokers',
    nav: { group: 'System', icon: 'brokers', key: 'b' },
    load: () => import('../views/brokers/brokers-view.tsx'),
  },
];

export interface Match {
  readonly row: RouteRow;
  readonly params: Readonly<Record<string, string>>;
}

/** The first row whose path these segments are. */
export function matchRoute(segments: readonly string[], rows = ROUTES): Match | undefined {
  for (const row of rows) {
    const params = paramsOf(row.path, segments);
    if (params !== undefined) return { row, params };
  }
  return undefined;
}

function paramsOf(path: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name !== undefined) params[name] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}
