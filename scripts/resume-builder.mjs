// npm run resume-builder [-- options]: the example application without containers: a broker unless one is named, and a process for
// each role. A role that ends by itself is started again, as the compose file does. Ends with all of them at SIGINT, SIGTERM or SIGHUP.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  anyEnd,
  endAll,
  optionsOf,
  say,
  start,
  startBroker,
  textOption,
  untilTold,
} from './parts.mjs';
import { ensureBuilt, ROOT } from './workspace.mjs';

const USAGE = `Usage: npm run resume-builder [-- options]

  --broker HOST:PORT      one that is there; otherwise one is started
  --dir PATH              where all keep their data (data/resume-builder)
  --web-port N            of the application's page (7660)
  --port N                of the broker's protocol (7650); 0 takes a free one
  --http-port N           of the broker's page, REST and the SQS API (7651)
  --admin-port N          of the broker's health and metrics (7652)
`;
const MAIN = 'examples/dist/resume-builder/main.js';
/** The order in which they are started; they end in the reverse one. */
const ROLES = ['dead-letters', 'notifier', 'pdfs', 'edits', 'web'];
const AGAIN_MS = 500;

/** @typedef {import('./parts.mjs').Part} Part */
/** @typedef {typeof asked} Options */

const asked = optionsOf(USAGE, {
  broker: { type: 'string' },
  dir: textOption('data/resume-builder'),
  'web-port': textOption('7660'),
  port: textOption('7650'),
  'http-port': textOption('7651'),
  'admin-port': textOption('7652'),
  help: { type: 'boolean', short: 'h' },
});
if (asked.help === true) process.stdout.write(USAGE);
else {
  ensureBuilt(asked.broker === undefined ? ['launcher', 'examples'] : ['examples']);
  await runAll(asked);
}

/** @param {Options} options */
async function runAll(options) {
  const dir = resolve(ROOT, options.dir);
  mkdirSync(dir, { recursive: true });
  /** @type {Part[]} */
  const broker = [];
  /** @type {Map<string, Part>} */
  const roles = new Map();
  const stop = new AbortController();
  const told = untilTold().then(() => stop.abort());
  try {
    const address = options.broker ?? (await ownBroker(broker, dir, options, told));
    if (address === undefined) return;
    const watching = ROLES.map((name) => keep(name, roles, address, dir, options, stop.signal));
    say('all', 'started; Ctrl+C ends them');
    await Promise.race([told, ...broker.map((part) => anyEnd([part])), ...watching]);
  } catch (error) {
    say('all', error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    stop.abort();
    // Those that stand on others first.
    await endAll([...broker, ...ROLES.flatMap((name) => roles.get(name) ?? [])]);
  }
}

/** @param {Part[]} parts @param {string} dir @param {Options} options @param {Promise<void>} told */
async function ownBroker(parts, dir, options, told) {
  const { listening } = startBroker(parts, join(dir, 'broker'), options);
  const found = await Promise.race([listening, anyEnd(parts), told]);
  if (found === undefined) return undefined;
  const { port, httpPort, adminPort } = found;
  say('broker', `127.0.0.1:${port}, page http://127.0.0.1:${httpPort}/, metrics on ${adminPort}`);
  return `127.0.0.1:${port}`;
}

/**
 * Starts a role, again and again.
 *
 * @param {string} name
 * @param {Map<string, Part>} roles
 * @param {string} address
 * @param {string} dir
 * @param {Options} options
 * @param {AbortSignal} signal
 */
async function keep(name, roles, address, dir, options, signal) {
  const flags = ['--port', options['web-port'], '--outside', join(dir, 'outside')];
  while (!signal.aborted) {
    const part = start([], name, process.execPath, [MAIN, name, address, ...flags]);
    roles.set(name, part);
    say(name, `pid ${part.child.pid}`);
    const how = await part.gone;
    if (signal.aborted) return;
    say(name, `ended by itself (${how})`);
    await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}
