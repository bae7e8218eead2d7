// The soak as a command. Exit code 0: nothing lost, nothing grows; 1: something did, or it was cut short; 64: it was asked
// wrongly.

import { readFileSync } from 'node:fs';
import { interruption } from '@millrace/harness';
import { HELP, parseCommandLine } from './options.ts';
import { writePage } from './page.ts';
import type { SoakResult } from './result.ts';
import { soak } from './soak.ts';
import { textOf } from './text.ts';

const EXIT = { well: 0, faults: 1, usage: 64 } as const;

async function main(): Promise<number> {
  let line: ReturnType<typeof parseCommandLine>;
  try {
    line = parseCommandLine(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.usage;
  }
  if (line.help) {
    process.stdout.write(`${HELP}\n`);
    return EXIT.well;
  }
  if (line.page !== '') {
    writePage(JSON.parse(readFileSync(line.page, 'utf8')) as SoakResult);
    return EXIT.well;
  }
  const { signal } = interruption(() => EXIT.faults);
  const say = (text: string) => void process.stderr.write(`${new Date().toISOString()} ${text}\n`);
  const result = await soak(line.options, say, signal);
  process.stdout.write(line.json ? `${JSON.stringify(result, null, 2)}\n` : textOf(result));
  return result.faults.length === 0 ? EXIT.well : EXIT.faults;
}

process.exitCode = await main();
