// Which requests are for the SQS API, told before routes are looked at: both of its protocols may come to any path.
// It reads no body and refuses nothing.

import type { IncomingMessage } from 'node:http';

/** Where SQS requests are rewritten to. Nobody has to know it: a request that comes to it by itself names no action. */
export const SQS_ROUTE = '/.sqs';

const FORM = 'application/x-www-form-urlencoded';
const ACTION_IN_QUERY = /[?&]Action=/;

/** For fastify's `rewriteUrl`: the path that routes are to be looked up by. */
export function routedUrl(request: IncomingMessage): string {
  return isSqsRequest(request) ? SQS_ROUTE : (request.url ?? '/');
}

/** The JSON protocol names its action in a header; the query protocol in a form or in the query string. */
export function isSqsRequest(request: IncomingMessage): boolean {
  const isPost = request.method === 'POST';
  if (!isPost && request.method !== 'GET') return false;
  if (request.headers['x-amz-target'] !== undefined) return true;
  if (isPost && isForm(request.headers['content-type'] ?? '')) return true;
  const url = request.url ?? '';
  return url.includes('Action=') && ACTION_IN_QUERY.test(url);
}

function isForm(type: string): boolean {
  return type.startsWith(FORM) || type.slice(0, FORM.length).toLowerCase() === FORM;
}
