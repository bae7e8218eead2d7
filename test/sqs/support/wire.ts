// Requests as bytes rather than through an SDK: the JSON protocol and the query protocol, their answers unread but for
// the one shape that errors have.

import { request } from 'node:http';

const EVENTS_TYPE = 'text/event-stream';
/** Longer than any long poll. */
const ANSWER_MS_MAX = 30_000;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export function ask(endpoint: string, what: Ask = {}): Promise<Answer> {
  const { method = 'POST', path = '/', headers = {}, body = '' } = what;
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method, path, headers }, (answer) => {
      let text = '';
      if (answer.headers['content-type']?.startsWith(EVENTS_TYPE)) {
        // These never end: that they begin is all.
        asked.destroy();
        return resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      }
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      });
    });
    asked.on('error', reject);
    asked.setTimeout(ANSWER_MS_MAX, () => asked.destroy(new Error('no answer')));
    asked.end(body);
  });
}

export const JSON_TYPE = 'application/x-amz-json-1.0';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** One call of the JSON protocol; the body as it is where it is a text. */
export function askJson(
  endpoint: string,
  action: string,
  input: object | string = {},
  path = '/',
): Promise<Answer> {
  return ask(endpoint, {
    path,
    headers: { 'content-type': JSON_TYPE, 'x-amz-target': `AmazonSQS.${action}` },
    body: typeof input === 'string' ? input : JSON.stringify(input),
  });
}

/** One call of the query protocol, as a form. */
export function askForm(
  endpoint: string,
  parameters: Readonly<Record<string, string>>,
  path = '/',
): Promise<Answer> {
  const body = new URLSearchParams(parameters).toString();
  return ask(endpoint, { path, headers: { 'content-type': FORM_TYPE }, body });
}

/** An error of either protocol, as three things that clients look at. */
export interface Refusal {
  readonly status: number;
  /** The older code: of the header in JSON, of the element in XML. */
  readonly code: string;
  readonly message: string;
}

export function jsonRefusal({ status, headers, text }: Answer): Refusal & { type: string } {
  const { __type: type = '', message = '' } = JSON.parse(text) as Record<string, string>;
  const [code = ''] = String(headers['x-amzn-query-error'] ?? '').split(';');
  return { status, code, type, message };
}

export function xmlRefusal({ status, text }: Answer): Refusal {
  return {
    status,
    code: elementsOf(text, 'Code')[0] ?? '',
    message: elementsOf(text, 'Message')[0] ?? '',
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** The text of each element of that name, as an XML parser reads it. */
export function elementsOf(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'));
  return [...found].map(([, inner = '']) => plain(inner));
}

function plain(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (_, decimal, hex, name: string) => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      return ENTITIES[name] ?? `&${name};`;
    });
}
