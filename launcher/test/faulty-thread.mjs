// Stands in for the gateway's thread: says that it listens, answers scrapes, and ends with a fault after a while.
import { parentPort, workerData } from 'node:worker_threads';

const { httpPort } = workerData.options;
parentPort.postMessage({
  kind: 'listening',
  host: '127.0.0.1',
  port: httpPort || 4_711,
  url: 'http://test',
});
parentPort.on('message', (message) => {
  if (message.kind === 'metrics') {
    parentPort.postMessage({ kind: 'metrics', id: message.id, text: `port ${httpPort}` });
  } else if (message.kind === 'close') {
    parentPort.postMessage({ kind: 'closed' });
    parentPort.close();
  }
});
if (workerData.brokers === 'fail')
  setTimeout(() => Promise.reject(new Error('a fault of the test')), 100);
