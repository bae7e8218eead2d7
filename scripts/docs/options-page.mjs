// docs/reference/options.md: the broker's options and those of the HTTP gateway, from their two tables.

import { renderBrokerOptions } from '../../broker/dist/index.js';
import { renderGatewayOptions } from '../../gateway/dist/index.js';

export function renderOptionsReference() {
  return [
    '# Options',
    '',
    '<!-- Generated from broker/src/options/table.ts and gateway/src/options/table.ts by `npm run docs`. -->',
    '',
    'A flag beats the environment variable, which beats the default. All of them are read once, at the start.',
    'Bytes take the units KiB, MiB, GiB and TiB, or none; durations take ms, s, m, h and d. A switch given as a',
    'bare flag is true. `--print-config` prints the options in force and where each comes from; `--help` and',
    '`--version` print and stop.',
    '',
    '`npm start` (the program `millrace`) takes both tables; `millrace-broker` takes the first.',
    '',
    '## The broker',
    '',
    renderBrokerOptions(),
    '',
    '## The HTTP gateway',
    '',
    '`millrace-gateway`, the gateway as a process of its own, takes these, `--shutdown-deadline`, `--log-level` and',
    '`--log-format` as above, and `--broker HOST:PORT` (default `127.0.0.1:7650`): the broker, or several addresses by comma.',
    '',
    renderGatewayOptions(),
    '',
  ].join('\n');
}
