// Face of the harness package.

export { type BrokerExit, BrokerProcess, type BrokerProcessOptions } from './broker-process.ts';
export { Random } from './random.ts';
export { TemporaryDirectory } from './temporary-directory.ts';
