// Face of the harness package.

export { type BrokerExit, BrokerProcess, type BrokerProcessOptions } from './broker-process.ts';
export {
  GatewayProcess,
  type GatewayProcessOptions,
  MillraceProcess,
  type MillraceProcessOptions,
} from './http-processes.ts';
export { type Interrupting, type Interruption, interruption } from './interruption.ts';
export { markdownTable, withPart, writePart } from './markdown.ts';
export { Random } from './random.ts';
export { TemporaryDirectory } from './temporary-directory.ts';
export { type CertificateFiles, TestCertificates } from './test-certificates.ts';
export { TIED_NODE_FLAGS } from './tied.ts';
