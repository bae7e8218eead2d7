// broker-cli as tests use it: a broker of their own, and commands written as lines. They run within the test's process,
// for a process each costs fifty times as much; what only a process shows is for `startCli` and `runCli`.
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { expect } from 'vitest';
import { runCli } from '../../../cli/src/run-cli.ts';
import { fakeTerminal } from '../../../cli/test/support/fake-terminal.ts';
import type { Ran } from './cli-process.ts';

/** What JSON.parse gives: tests look at the parts they mean. */
export type Json = ReturnType<typeof JSON.parse>;

type RunCommand = (address: string, args: readonly string[], input?: string) => Promise<Ran>;

let broker: BrokerProcess | undefined;
let directory: TemporaryDirectory | undefined;
let runCommand: RunCommand = runHere;

export function brokerAddress(): string {
  if (broker === undefined) throw new Error('no broker was started');
  return broker.address;
}

/** From here on commands run so; it gives the way back. */
export function commandsRunBy(run: RunCommand): () => void {
  const before = runCommand;
  runCommand = run;
  return () => {
    runCommand = before;
  };
}

/** One broker a test file. */
export async function openSession(): Promise<void> {
  directory = new TemporaryDirectory('millrace-cli-');
  broker = await BrokerProcess.start({ dataDir: directory.path });
}

export async function closeSession(): Promise<void> {
  await broker?.end('SIGTERM');
  directory?.remove();
}

/** Runs a command to its end, within this process. */
export async function runHere(address: string, args: readonly string[], input = ''): Promise<Ran> {
  const terminal = fakeTerminal({ input, env: { MILLRACE_BROKER: address, NO_COLOR: '1' } });
  const exit = await runCli(args, terminal);
  return { exit, out: terminal.out(), err: terminal.err() };
}

export async function cli(line: string, input = ''): Promise<Ran> {
  return runCommand(brokerAddress(), line.split(' '), input);
}

/** A command that has to succeed: its one document, and nothing beside it. */
export async function json(line: string, input = ''): Promise<Json> {
  const { exit, out, err } = await cli(`${line} --json`, input);
  expect({ line, exit, err }).toEqual({ line, exit: 0, err: '' });
  return JSON.parse(out);
}

export interface Failure {
  readonly exit: number | null;
  readonly error: Json;
  readonly out: string;
}

/** A command that has to fail: its error, and its exit code. */
export async function failure(line: string, input = ''): Promise<Failure> {
  const { exit, out, err } = await cli(`${line} --json`, input);
  const { error } = JSON.parse(err) as { error: Json };
  expect(error.exitCode).toBe(exit);
  return { exit, error, out };
}

/** NDJSON. */
export function lines(text: string): Json[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Lines of JSON to produce: `{"n":0,"even":true}` and so on. */
export function numbers(count: number): string {
  return Array.from({ length: count }, (_, at) => `{"n":${at},"even":${at % 2 === 0}}`).join('\n');
}
