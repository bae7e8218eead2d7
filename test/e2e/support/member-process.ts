// Members of a consumer group as processes: what each has handled, and how it ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./consumer-process.mjs', import.meta.url));

export interface Handled {
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  readonly atMs: number;
}

export class MemberProcess {
  readonly handled: Handled[] = [];
  /** What came over stderr. */
  complaints = '';
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(broker: string, topic: string, group: string, options: object) {
    const args = [PROGRAM, broker, topic, group, JSON.stringify(options)];
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = new Promise((resolve) => this.child.once('close', resolve));
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.complaints += chunk.toString();
    });
    const lines = createInterface({ input: this.child.stdout as Readable });
    lines.on('line', (line) => this.read(line));
  }

  /** Signals it and waits until it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.exited;
  }

  private read(line: string): void {
    const [partition = -1, first = -1, last = -1, atMs = -1] = line.split(' ').map(Number);
    this.handled.push({ partition, first, last, atMs });
  }
}

/** Waits until it holds; fails with what `what` says after `ms`. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: () => string,
  ms = 60_000,
): Promise<void> {
  const giveUpAt = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`never: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Offsets up to the end that nobody has handled, as `partition/offset`. */
export function gapsOf(handled: readonly Handled[], ends: readonly number[]): string[] {
  return ends.flatMap((end, partition) => {
    const seen = new Set<number>();
    for (const each of handled) {
      if (each.partition !== partition) continue;
      for (let offset = each.first; offset <= each.last; offset += 1) seen.add(offset);
    }
    const all = Array.from({ length: end }, (_, offset) => offset);
    return all.filter((offset) => !seen.has(offset)).map((offset) => `${partition}/${offset}`);
  });
}
