// The dashboards by the name of their file, as text.

import { broker } from './broker.mjs';
import { gateway } from './gateway.mjs';
import { overview } from './overview.mjs';
import { dashboardOf } from './panels.mjs';
import { queues } from './queues.mjs';
import { resumeBuilder } from './resume-builder.mjs';
import { topics } from './topics.mjs';

/** @returns {Map<string, string>} */
export function renderDashboards() {
  const rows = Object.entries({
    overview,
    queues,
    topics,
    broker,
    gateway,
    'resume-builder': resumeBuilder,
  });
  return new Map(
    rows.map(([name, row]) => [`${name}.json`, `${JSON.stringify(dashboardOf(row), null, 2)}\n`]),
  );
}
