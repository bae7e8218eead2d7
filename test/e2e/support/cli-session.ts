// broker-cli as tests use it: a broker of their own, and commands written as lines.
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { expect } from 'vitest';
import { type Ran, runCli } from './cli-process.ts';

/** What JSON.parse gives: tests look at the parts they mean. */
export type Json = ReturnType<typeof JSON.parse>;

let broker: BrokerProcess | undefined;
let directory: TemporaryDirectory | undefined;

export function brokerAddress(): string {
  if (broker === undefined) throw new Error('no broker was started');
  return broker.address;
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

export async function cli(line: string, input = ''): Promise<Ran> {
  return runCli(brokerAddress(), line.split(' '), input);
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
