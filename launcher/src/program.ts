// The program `millrace`: the broker in this thread, the HTTP gateway in a thread beside it, one set of options for both.

import {
  BROKER_OPTIONS,
  BROKER_VERSION,
  checkBrokerOptions,
  offlineHelp,
  serveBroker,
} from '@millrace/broker';
import { checkGatewayOptions, checkHttpExposure, GATEWAY_OPTIONS } from '@millrace/gateway';
import { formatAddress, type OptionsOf, type Program } from '@millrace/options';
import { GatewayThread } from './gateway-thread.ts';

const OPTIONS = { ...BROKER_OPTIONS, ...GATEWAY_OPTIONS };

/** Of the shutdown's time; the rest is the broker's. */
const DRAIN_SHARE = 0.6;

export const MILLRACE_PROGRAM: Program<typeof OPTIONS> = {
  name: 'millrace',
  description:
    'Serves the Millrace protocol and HTTP (Amazon SQS API, REST, jobs, live feed) from one data directory, until it gets SIGTERM or SIGINT.',
  version: BROKER_VERSION,
  table: OPTIONS,
  helpAfter: offlineHelp(),
  check: checkOptions,
  open: (options, life) => {
    const { allowAnonymous, logLevel, otlpEndpoint } = options;
    const { opened } = life;
    const thread = new GatewayThread({ options, allowAnonymous, logLevel, otlpEndpoint, opened });
    thread.load();
    return serveBroker(options, life, async ({ protocolAddress, gatewayToken }) => {
      life.onHangup(() => thread.reloadTls());
      const giveUp = () => void thread.close(0);
      life.stopping.addEventListener('abort', giveUp);
      const { host, port, url } = await thread.open({
        brokers: formatAddress(reachable(protocolAddress.address), protocolAddress.port),
        token: gatewayToken,
        isEncrypted: options.tlsCert !== '',
        isRequired: isRequired(options),
      });
      life.stopping.removeEventListener('abort', giveUp);
      return {
        ready: { httpHost: host, httpPort: port },
        greeting: [{ noun: 'http', text: `${url}  Amazon SQS API, REST, jobs` }],
        metrics: () => thread.metrics(),
        close: () => thread.close(options.shutdownDeadline * DRAIN_SHARE),
      };
    });
  },
};

type Options = OptionsOf<typeof OPTIONS>;

function checkOptions(options: Options): void {
  checkBrokerOptions(options);
  checkGatewayOptions(options);
  const { allowAnonymous } = options;
  checkHttpExposure(options, { isRequired: isRequired(options), allowAnonymous });
}

function isRequired({ authentication }: Options): boolean {
  return authentication === 'required';
}

/** Nobody can connect to a wildcard address. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
