// Loaded before the program: SIGUSR2 makes its other thread meet a fault.
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

const channel = new BroadcastChannel('fault');
channel.unref();
if (isMainThread) process.on('SIGUSR2', () => channel.postMessage('now', []));
else {
  channel.addEventListener('message', () => {
    throw new Error('a fault of the test');
  });
}
