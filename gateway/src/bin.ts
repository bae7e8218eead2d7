// millrace-gateway: the HTTP gateway as a process of its own, beside as many others as are wanted. Runs when imported;
// the command line is in process.argv.

import { type Program, runProgram } from '@millrace/options';
import { openGateway } from './gateway.ts';
import { checkGatewayOptions } from './http/exposure.ts';
import { GATEWAY_PROCESS_OPTIONS, type GatewayProcessOptions } from './options/table.ts';
import { brokerAccess, checkBrokerAccess } from './sessions/broker-options.ts';
import { openGatewayTracing } from './tracing/gateway-tracing.ts';
import { GATEWAY_VERSION } from './version.ts';

/** The rest of the shutdown's time is for closing connections to the broker. */
const DRAIN_SHARE = 0.7;
const TRACING_SHARE = 0.1;
/** The longest that a timer takes. */
const FOR_EVER_MS = 2 ** 31 - 1;

const program: Program<typeof GATEWAY_PROCESS_OPTIONS> = {
  name: 'millrace-gateway',
  description:
    'Serves HTTP (Amazon SQS API, REST, jobs, live feed) for a Millrace broker, until it gets SIGTERM or SIGINT.',
  version: GATEWAY_VERSION,
  table: GATEWAY_PROCESS_OPTIONS,
  check: checkOptions,
  open: async (options, { opened, stopping, onHangup }) => {
    const { otlpEndpoint } = options;
    const tracing = await openGatewayTracing({ otlpEndpoint, log: opened.log });
    const gateway = await openGateway({
      options,
      broker: brokerAccess(options),
      allowAnonymous: options.allowAnonymous,
      waitForBrokerMs: FOR_EVER_MS,
      log: opened.log,
      tracing,
      signal: stopping,
    });
    onHangup(() => gateway.reloadTls());
    const { address, url } = gateway;
    return {
      ready: { httpHost: address.address, httpPort: address.port, broker: options.broker },
      greeting: `Millrace ${GATEWAY_VERSION} serves HTTP for ${options.broker} at ${url}\n`,
      close: async () => {
        await gateway.close(options.shutdownDeadline * DRAIN_SHARE);
        await tracing?.close(options.shutdownDeadline * TRACING_SHARE);
      },
    };
  },
};

function checkOptions(options: GatewayProcessOptions): void {
  checkGatewayOptions(options);
  checkBrokerAccess(options);
}

await runProgram(program, process.argv.slice(2), process.env);
