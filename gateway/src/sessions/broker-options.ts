// The options that say how a gateway process reaches its broker. Files are read at each connect, so that what they hold may
// change under way; what is wrong with them is said without their contents.

import { readOptionFile, StartError } from '@millrace/options';
import type { GatewayProcessOptions } from '../options/table.ts';
import type { BrokerAccess } from './broker-access.ts';

type Options = GatewayProcessOptions;

/** Throws StartError `badOption` where a file cannot be read. */
export function brokerAccess(options: Options): BrokerAccess {
  const { broker, brokerTokenFile } = options;
  const token = () =>
    readOptionFile('--broker-token-file', brokerTokenFile).toString('utf8').trim();
  const tls = speaksTls(options) ? () => tlsOf(options) : undefined;
  if (brokerTokenFile !== '') token();
  tls?.();
  return {
    brokers: broker,
    ...(brokerTokenFile === '' ? {} : { auth: { token } }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** Throws StartError `badOption`. */
export function checkBrokerAccess(options: Options): void {
  if ((options.brokerTlsCert === '') === (options.brokerTlsKey === '')) return;
  throw new StartError('badOption', '--broker-tls-cert and --broker-tls-key go together.');
}

function speaksTls(options: Options): boolean {
  const { brokerTls, brokerTlsCa, brokerTlsCert, brokerTlsServerName } = options;
  return brokerTls || [brokerTlsCa, brokerTlsCert, brokerTlsServerName].some((text) => text !== '');
}

function tlsOf(options: Options) {
  const { brokerTlsCa, brokerTlsCert, brokerTlsKey, brokerTlsServerName } = options;
  return {
    ...(brokerTlsCa === '' ? {} : { ca: readOptionFile('--broker-tls-ca', brokerTlsCa) }),
    ...(brokerTlsCert === ''
      ? {}
      : {
          cert: readOptionFile('--broker-tls-cert', brokerTlsCert),
          key: readOptionFile('--broker-tls-key', brokerTlsKey),
        }),
    ...(brokerTlsServerName === '' ? {} : { servername: brokerTlsServerName }),
  };
}
