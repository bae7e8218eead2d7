// Requests over HTTP with one agent, and the first events of a live feed. It knows no API.

import { type Agent, request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const ANSWER_MS_MAX = 30_000;

export interface HttpAsk {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent;
  /** An answer that goes on is cut off once it has so many bytes; absent: it is read to its end. */
  readonly untilBytes?: number;
}

/** Rejects where there is no answer. */
export function askHttp(url: string, ask: HttpAsk = {}): Promise<HttpAnswer> {
  const { method = 'GET', headers = {}, body = '', agent, untilBytes } = ask;
  return new Promise((resolve, reject) => {
    const options = { method, headers, timeout: ANSWER_MS_MAX, ...(agent && { agent }) };
    const asked = request(url, options, (answer) => {
      let text = '';
      const end = () => resolve({ status: answer.statusCode ?? 0, text });
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (untilBytes === undefined || text.length < untilBytes) return;
        end();
        asked.destroy();
      });
      answer.on('end', end).on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', reject).end(body);
  });
}
