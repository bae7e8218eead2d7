// The bare route under the same load: its rate is what the others are told in parts of, since machines differ.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { medianOf } from '../measure/spread.ts';
import { fire } from './cannon.ts';
import { SHOTS } from './sqs-loads.ts';

const PROGRAM = fileURLToPath(new URL('./bare-server.js', import.meta.url));

export interface BareServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startBareServer(): Promise<BareServer> {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  const atExit = () => child.kill('SIGKILL');
  process.once('exit', atExit);
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => Promise.reject(new Error('the bare server ended at its start'))),
  ])) as [Buffer];
  return {
    url: `http://127.0.0.1:${Number(line.toString())}/`,
    pid: child.pid ?? -1,
    async stop() {
      process.off('exit', atExit);
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export interface BareLoad {
  readonly connections: number;
  readonly recordBytes: number;
  readonly durationMs: number;
  readonly runs: number;
}

/** POSTs a second of one small message each, the median of the runs after one that counts for nothing. */
export async function measureBareRoute(load: BareLoad): Promise<number> {
  const { connections, recordBytes, durationMs, runs } = load;
  const server = await startBareServer();
  const shots = SHOTS.send({ url: 'http://127.0.0.1/000000000000/bare', recordBytes });
  const rates: number[] = [];
  try {
    for (let run = 0; run <= runs; run += 1) {
      const { answers, elapsedMs } = await fire({
        url: server.url,
        connections,
        durationMs,
        shots,
      });
      if (run > 0) rates.push((answers * 1_000) / elapsedMs);
    }
  } finally {
    await server.stop();
  }
  return medianOf(rates);
}
