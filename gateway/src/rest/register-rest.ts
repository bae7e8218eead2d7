// Puts the REST routes on the server.

import type { GatewayOptions } from '../options/table.ts';
import type { App, Services } from '../services.ts';

export async function registerRest(
  _app: App,
  _services: Services,
  _settings: GatewayOptions,
): Promise<void> {}
