// Sends a request and looks whether its answer has the shape of its protocol; and values that every member takes.

import { expect } from 'vitest';
import type { Members, Shape } from '../../../src/sqs/model/shape.ts';
import { jsonHeaders, type SqsServer } from './sqs-server.ts';

export interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly url?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string | Buffer;
}

export interface Verdict {
  readonly status: number;
  /** The name of the error; empty where there is none. */
  readonly fault: string;
}

/** Checks the shape of the answer. */
export async function send(server: SqsServer, sent: Sent): Promise<Verdict> {
  const answer = await server.app.inject({ method: 'POST', url: '/', ...sent });
  const { statusCode: status, body, headers } = answer;
  const isJson = sent.headers['x-amz-target'] !== undefined;
  expect(server.faults).toEqual([]);
  expect(headers).toMatchObject({
    'content-type': isJson ? 'application/x-amz-json-1.0' : 'text/xml',
    'x-amzn-requestid': expect.any(String),
  });
  const fault = isJson ? jsonFault(status, body) : xmlFault(status, body);
  if (fault === undefined) throw new Error(`${status} ${body}`);
  return { status, fault };
}

/** Undefined: the answer has another shape than it should. */
function jsonFault(status: number, body: string): string | undefined {
  const value = JSON.parse(body) as Record<string, unknown>;
  if (status === 200) return '';
  const { __type: type, message, ...rest } = value;
  const isWhole = typeof message === 'string' && Object.keys(rest).length === 0;
  return isWhole
    ? /^com\.amazon(?:aws\.sqs|\.coral\.service)#(\w+)$/.exec(String(type))?.[1]
    : undefined;
}

function xmlFault(status: number, body: string): string | undefined {
  if (status === 404)
    return body === '<UnknownOperationException/>' ? 'UnknownOperation' : undefined;
  if (status === 200) return body.endsWith('Response>') ? '' : undefined;
  return /<Code>(\w+)<\/Code><Message>[^<]*<\/Message>.*<\/ErrorResponse>$/s.exec(body)?.[1];
}

/** A value that a member takes. */
function sample(shape: Shape): unknown {
  if (shape.kind === 'list') return [sample(shape.item)];
  if (shape.kind === 'map') return { name: sample(shape.value) };
  if (shape.kind === 'struct') return sampleOf(shape.members);
  return { text: 'x', integer: 1, flag: true, blob: 'AQID' }[shape.kind];
}

export function sampleOf(members: Members): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, { shape }]) => [name, sample(shape)]),
  );
}

export function sendJson(server: SqsServer, action: string, input: unknown): Promise<Verdict> {
  return send(server, { headers: jsonHeaders(action), payload: JSON.stringify(input) });
}
