// docs/reference/logs.md: what a line of the log looks like, and its events and fields, from their two tables.

import { LOG_EVENTS, LOG_FIELDS } from '../../options/dist/index.js';
import { code, table } from './markdown.mjs';

const INTRODUCTION = `# The log

<!-- Generated from options/src/process/log-{events,fields}.ts by \`npm run docs\`. -->

\`--log-format json\` (the default where standard output is no terminal) writes one JSON object a line to standard output;
\`text\` writes lines for people to standard error. \`--log-level\` leaves out what is less serious.

\`\`\`json
{"level":"info","time":"2026-05-04T09:30:00.000Z","event":"dead_lettered","topic":"orders.dlq","messageIds":["00000002-0000-8000-8000-000000000000"],"count":1,"msg":"Messages went to a dead-letter topic."}
\`\`\`

Every line is one event. Its fields are:

| field | meaning |
| --- | --- |
| \`level\` | debug, info, warn, error or fatal |
| \`time\` | when it was written, ISO 8601 in UTC |
| \`event\` | which event of the table below: what programs look for |
| \`msg\` | a sentence for people, which may change |

and those of its event, where there is something to say. Names of events and fields stay; further ones may come. No line
holds keys, values or headers of messages, passwords, tokens or secrets. The gateway of \`npm start\` writes into the same
log as its broker.

Requests over HTTP are named by \`requestId\`: what the caller sent as \`X-Request-Id\`, or a new one; it is in the answer too.
\`traceId\` joins a line with its trace (docs/guide/tracing.md). Messages are named by their ids, which
\`GET /queues/{queue}/messages/{id}\` and \`admin.message\` of the client take.`;

const AUDIT = `Lines with \`"audit":true\` are those of the audit log, where it has no file of its own: docs/guide/security.md has their events
(\`login\`, \`login_failed\`, \`denied\`, \`change\`) and fields.`;

export function renderLogsReference() {
  const events = Object.entries(LOG_EVENTS).map(([name, spec]) => {
    const {
      levels,
      fields,
      about,
      bounded = '',
    } = /** @type {import('../../options/dist/index.js').LogEventSpec} */ (spec);
    return [code(name), levels.join(', '), fields.map(code).join(' '), about, bounded];
  });
  const fields = Object.entries(LOG_FIELDS).map(([name, about]) => [code(name), about]);
  return [
    INTRODUCTION,
    '',
    '## Events',
    '',
    table(['event', 'level', 'fields', 'what happened', 'how many lines'], events),
    '',
    AUDIT,
    '',
    '## Fields',
    '',
    table(['field', 'meaning'], fields),
    '',
  ].join('\n');
}
