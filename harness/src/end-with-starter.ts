// Loaded ahead of a program that was started for a play or a test: the program ends, as killed, when whoever started it is
// gone, for whatever reason. Standard input is a pipe on which nothing is ever written; its end is that moment.

import { isMainThread } from 'node:worker_threads';

// Threads load it too, and have no standard input of their own.
if (isMainThread) {
  const end = () => process.kill(process.pid, 'SIGKILL');
  process.stdin.once('end', end).once('error', end).resume();
  // It holds up no program that has come to its own end.
  if ('unref' in process.stdin) process.stdin.unref();
}
