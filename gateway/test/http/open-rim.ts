// A gateway in this process over a real broker, on a free port, with what it logged.

import { connect as connectSocket, type Socket } from 'node:net';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { defaultsOf, openLog } from '@millrace/options';
import { type Gateway, type GatewaySources, openGateway } from '../../src/gateway.ts';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../../src/options/table.ts';
import type { BrokerAccess } from '../../src/sessions/broker-access.ts';

export interface RimGateway {
  readonly gateway: Gateway;
  readonly url: string;
  readonly port: number;
  /** Log lines so far. */
  readonly lines: string[];
  /** The value of one line of /metrics. */
  metric(line: string): Promise<number | undefined>;
  close(): Promise<void>;
}

/** What a gateway is told of its broker. */
export type Access = Partial<Pick<GatewaySources, 'allowAnonymous'>> &
  Omit<BrokerAccess, 'brokers'>;

export interface RimBroker {
  readonly process: BrokerProcess;
  open(options?: Partial<GatewayOptions>, access?: Access): Promise<RimGateway>;
  close(): Promise<void>;
}

export async function openRimBroker(...flags: readonly string[]): Promise<RimBroker> {
  const directory = new TemporaryDirectory('millrace-rim-');
  const broker = await BrokerProcess.start({ dataDir: directory.path, flags });
  return {
    process: broker,
    open: (options = {}, access = {}) => openRim(broker.address, options, access),
    close: async () => {
      await broker.end('SIGTERM');
      directory.remove();
    },
  };
}

async function openRim(
  brokers: string,
  given: Partial<GatewayOptions>,
  { allowAnonymous = false, ...access }: Access,
): Promise<RimGateway> {
  const options = { ...defaultsOf(GATEWAY_OPTIONS), httpPort: 0, ...given };
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  const { log } = openLog({ level: 'debug', format: 'json', sink });
  const how = { broker: { brokers, ...access }, allowAnonymous, waitForBrokerMs: 0 };
  const gateway = await openGateway({ options, ...how, log });
  const metric = async (name: string) => {
    const text = await gateway.metrics();
    const found = text.split('\n').find((line) => line.startsWith(`${name} `));
    return found === undefined ? undefined : Number(found.slice(name.length + 1));
  };
  const { address, url } = gateway;
  return { gateway, url, port: address.port, lines, metric, close: () => gateway.close(2_000) };
}

/** Bytes to a port, and what came back until the other side closed. */
export function say(port: number, text: string): { socket: Socket; heard: Promise<string> } {
  const socket = connectSocket(port, '127.0.0.1');
  socket.write(text);
  let said = '';
  socket.on('data', (chunk) => {
    said += String(chunk);
  });
  const heard = new Promise<string>((resolve) => {
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(said));
  });
  return { socket, heard };
}

/** A request of the JSON protocol. */
export function sqs(
  action: string,
  body: object,
  headers: Record<string, string> = {},
): RequestInit {
  return {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${action}`,
      ...headers,
    },
  };
}

/** Status, and code of the problem or of the SQS error. */
export async function told(answer: Promise<Response>): Promise<string> {
  const reply = await answer;
  const body = (await reply.json()) as { code?: string; ['__type']?: string };
  return `${reply.status} ${body.code ?? body['__type']?.replace(/^.*#/, '')}`;
}
