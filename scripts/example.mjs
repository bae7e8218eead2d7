// npm run example -- list | NAME [--broker HOST:PORT [--http URL]]: runs one of the patterns. Without --broker it starts
// a broker of its own with an empty data directory, and ends both when the program has ended.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exampleFile, listExamples } from './docs/examples.mjs';
import { ensureBuilt, fail, ROOT } from './workspace.mjs';

const USAGE = 'npm run example -- list | NAME [--broker HOST:PORT [--http URL]]';
const HTTP_URL = 'http://127.0.0.1:7651';
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** What was started, if it was. @type {Set<import('node:child_process').ChildProcess>} */
const programs = new Set();
let isTold = false;

await main();

async function main() {
  const { name, broker, http } = readArguments();
  const examples = listExamples();
  if (name === 'list') {
    const width = Math.max(...examples.map((example) => example.name.length));
    for (const example of examples)
      console.log(`${example.name.padEnd(width)}  ${example.sentence}`);
    return;
  }
  if (!examples.some((example) => example.name === name)) {
    refuse(`no example is called ${name}: ${USAGE}`);
  }
  if (broker !== undefined) {
    ensureBuilt(['examples']);
    await checkReachable(broker);
    hearSignals();
    process.exitCode = await runExample(name, broker, http ?? HTTP_URL);
    return;
  }
  ensureBuilt();
  await runOnOwnBroker(name);
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { broker: { type: 'string' }, http: { type: 'string' } },
      allowPositionals: true,
    });
    const [name = 'list', ...others] = positionals;
    if (others.length > 0) throw new Error(`one name at a time, not ${others.join(' ')} as well`);
    if (values.http !== undefined && values.broker === undefined) {
      throw new Error('--http goes with --broker');
    }
    return { name, broker: values.broker, http: values.http };
  } catch (error) {
    return refuse(`${error instanceof Error ? error.message : String(error)}: ${USAGE}`);
  }
}

/**
 * @param {string} message
 * @returns {never}
 */
function refuse(message) {
  console.error(`millrace: ${message}`);
  process.exit(2);
}

/** @param {string} broker */
async function checkReachable(broker) {
  const { connect } = await import('../client/dist/index.js');
  try {
    const client = await connect({ brokers: broker });
    await client.close();
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} name */
async function runOnOwnBroker(name) {
  const { MillraceProcess, TemporaryDirectory } = await import('../harness/dist/index.js');
  hearSignals();
  const directory = new TemporaryDirectory('millrace-example-');
  try {
    const server = await MillraceProcess.launch({ dataDir: join(directory.path, 'data') });
    try {
      process.exitCode = await runExample(name, server.address, server.httpUrl);
    } finally {
      await server.end('SIGTERM');
    }
  } catch (error) {
    // At a terminal the broker hears Ctrl+C as well, and may not have begun.
    if (isTold) process.exitCode = 1;
    else fail(error instanceof Error ? error.message : String(error));
  } finally {
    directory.remove();
  }
}

/**
 * To the last moment, for one Ctrl+C may come twice: from the terminal, and from npm, which passes it on. At a terminal the
 * program gets it as well; this process stays to end the broker and to remove its directory.
 */
function hearSignals() {
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      isTold = true;
      for (const program of programs) program.kill(signal);
    });
  }
}

/**
 * @param {string} name
 * @param {string} broker
 * @param {string} http
 * @returns {Promise<number>} its exit code
 */
async function runExample(name, broker, http) {
  if (isTold) return 1;
  const child = spawn(process.execPath, [join(ROOT, exampleFile(name)), broker, http], {
    stdio: 'inherit',
  });
  programs.add(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
