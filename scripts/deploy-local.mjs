// npm run deploy:local [-- options]: what deploy/compose.yaml starts, without containers: broker with gateway, Prometheus where it is
// installed, the example producer and worker. Grafana it does not start. Ends with all of them at SIGINT, SIGTERM or SIGHUP, and when one
// ends.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  anyEnd,
  endAll,
  optionsOf,
  START_MS_MAX,
  say,
  start,
  startBroker,
  textOption,
  untilTold,
} from './parts.mjs';
import { ensureBuilt, fail, ROOT } from './workspace.mjs';

const USAGE = `Usage: npm run deploy:local [-- options]

  --dir PATH              where all keep their data (data/local)
  --port N                of the protocol (7650); 0 takes a free one
  --http-port N           of the page, REST and the SQS API (7651)
  --admin-port N          of health and metrics (7652)
  --prometheus-port N     (9090)
  --scrape-seconds N      how often Prometheus asks, and evaluates its rules (15)
`;

/** @typedef {Record<'dir' | 'port' | 'http-port' | 'admin-port' | 'prometheus-port' | 'scrape-seconds', string>} Options */

const asked = optionsOf(USAGE, {
  dir: textOption('data/local'),
  port: textOption('7650'),
  'http-port': textOption('7651'),
  'admin-port': textOption('7652'),
  'prometheus-port': textOption('9090'),
  'scrape-seconds': textOption('15'),
  help: { type: 'boolean', short: 'h' },
});
const { 'scrape-seconds': seconds } = asked;
if (!/^\d{1,5}$/.test(seconds)) fail(`--scrape-seconds: '${seconds}' is no number`);
if (asked.help === true) {
  process.stdout.write(USAGE);
} else {
  ensureBuilt(['launcher', 'client']);
  await deploy(asked);
}

/** @typedef {import('./parts.mjs').Part} Part */

/** @param {Options} options */
async function deploy(options) {
  const dir = resolve(ROOT, options.dir);
  mkdirSync(dir, { recursive: true });
  /** @type {Part[]} */
  const parts = [];
  const told = untilTold();
  try {
    const broker = startBroker(parts, join(dir, 'broker'), options);
    const listening = await Promise.race([broker.listening, anyEnd(parts), told]);
    if (listening === undefined) return;
    const { port, httpPort, adminPort } = listening;
    say('broker', `127.0.0.1:${port}, page and REST at http://127.0.0.1:${httpPort}/`);
    await startPrometheus(parts, dir, adminPort, options);
    for (const name of ['producer', 'worker']) {
      start(parts, name, process.execPath, [`deploy/examples/${name}.mjs`, `127.0.0.1:${port}`]);
      say(name, 'started');
    }
    say('all', 'ready; Ctrl+C ends them');
    await Promise.race([told, anyEnd(parts)]);
  } catch (error) {
    say('all', error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    await endAll(parts);
  }
}

/** @param {Part[]} parts @param {string} dir @param {number} adminPort @param {Options} options */
async function startPrometheus(parts, dir, adminPort, options) {
  if (spawnSync('prometheus', ['--version'], { stdio: 'ignore' }).error !== undefined) {
    say('prometheus', 'is not installed (apt-get install prometheus): nothing is recorded');
    return;
  }
  const every = `_interval: ${options['scrape-seconds']}s`;
  const file = join(dir, 'prometheus.yml');
  const text = readFileSync(join(ROOT, 'deploy/prometheus/prometheus.yml'), 'utf8')
    .replace('broker:7652', `127.0.0.1:${adminPort}`)
    .replace('rules/*.yml', join(ROOT, 'deploy/prometheus/rules/*.yml'))
    .replaceAll('_interval: 15s', every)
    .replace(
      'scrape_timeout: 5s',
      `scrape_timeout: ${Math.min(5, Number(options['scrape-seconds']))}s`,
    );
  writeFileSync(file, text);
  const address = `127.0.0.1:${options['prometheus-port']}`;
  start(parts, 'prometheus', 'prometheus', [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(dir, 'prometheus')}`,
    `--web.listen-address=${address}`,
    '--log.level=warn',
  ]);
  const deadline = Date.now() + START_MS_MAX;
  while (!(await isReady(`http://${address}/-/ready`))) {
    if (Date.now() > deadline) throw new Error('prometheus did not start');
    await Promise.race([sleep(100), anyEnd(parts)]);
  }
  say('prometheus', `http://${address}/`);
}

/** @param {string} url */
async function isReady(url) {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
