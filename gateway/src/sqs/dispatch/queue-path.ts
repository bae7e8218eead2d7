// The path of a request as the query protocol reads it: it may name the queue. Whether there is one of that name is for
// the handlers.

const ORIGIN = /^https?:\/\/[^/?]*/i;
const QUEUE_PATH = /^\/(?:queue\/[^/]+\/)?\d{12}\/[^/]+$/;

/** Without query string and slashes at its end; empty: the root. */
export function pathOf(url: string): string {
  const mark = url.indexOf('?');
  const target = (mark === -1 ? url : url.slice(0, mark)).replace(ORIGIN, '');
  let end = target.length;
  while (end > 0 && target[end - 1] === '/') end -= 1;
  return target.slice(0, end);
}

/** `/<account>/<name>`: there actions that are about no queue are invalid. */
export function isQueuePath(path: string): boolean {
  return QUEUE_PATH.test(path);
}
