// http: the three loads over the SQS API on Millrace, on ElasticMQ and on an emulator in memory, beside a bare route. This
// file has the command line and the output.

import { writeFileSync } from 'node:fs';
import { command } from '../commands/command.ts';
import { EXIT } from '../exit.ts';
import { OPTIONS } from '../options/table.ts';
import { type ComparedServer, measureBare, measureServer } from './compare.ts';
import { httpComparisonText } from './people.ts';
import { SQS_SERVERS } from './servers.ts';

const SECOND_MS = 1_000;

export const http = command({
  name: 'http',
  about:
    'The SQS API over HTTP: Millrace beside a bare fastify route, ElasticMQ and an emulator in memory.',
  options: {
    only: { kind: 'some', values: SQS_SERVERS.map(({ name }) => name), about: 'These servers.' },
    duration: { ...OPTIONS.duration, fallback: 3 },
    warmup: { ...OPTIONS.warmup, fallback: 3 },
    runs: { ...OPTIONS.runs, fallback: 3 },
    connections: {
      kind: 'count',
      min: 1,
      max: 10_000,
      fallback: 64,
      about: 'Connections, each with one request at a time.',
    },
    recordBytes: {
      kind: 'count',
      min: 1,
      max: 100_000,
      fallback: 100,
      about: 'Bytes of a body.',
    },
    json: { kind: 'switch', about: 'One JSON object on stdout instead of tables.' },
    out: { kind: 'text', noun: 'file', about: 'Writes the JSON object to this file, too.' },
  },
  async run({ values }) {
    const { only, duration, warmup, runs, connections, recordBytes, json, out } = values;
    const settings = {
      durationMs: duration * SECOND_MS,
      warmupMs: warmup * SECOND_MS,
      runs,
      connections,
      recordBytes,
    };
    const step = (title: string) => {
      if (process.stderr.isTTY && !json) process.stderr.write(`${title}\n`);
    };
    const servers: ComparedServer[] = [await measureBare(settings)];
    for (const kind of SQS_SERVERS.filter(({ name }) => only.includes(name))) {
      servers.push(await measureServer(kind, settings, step));
    }
    const text = `${JSON.stringify({ settings, servers }, null, 2)}\n`;
    if (out !== undefined) writeFileSync(out, text);
    process.stdout.write(json ? text : httpComparisonText({ settings, servers }));
    const millrace = servers.find(({ name }) => name === 'millrace');
    return millrace?.skipped === undefined ? EXIT.passed : EXIT.failed;
  },
});
