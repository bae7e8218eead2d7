// Stands in for the gateway's thread: says that it listens, answers scrapes, and ends with a fault after a while.
import { parentPort, workerData } from 'node:worker_threads';

const { httpPort } = workerData.options;
const tell = (message) => parentPort.postMessage(message, []);

parentPort.on('message', (message) => {
  if (message.kind === 'open') {
    tell({ kind: 'listening', host: '127.0.0.1', port: httpPort || 4_711, url: 'http://test' });
    if (message.broker.brokers === 'fail') {
      setTimeout(() => {
        throw new Error('a fault of the test');
      }, 100);
    }
  } else if (message.kind === 'metrics') {
    tell({ kind: 'metrics', id: message.id, text: `port ${httpPort}` });
  } else if (message.kind === 'close') {
    tell({ kind: 'closed' });
    parentPort.close();
  }
});
