// The public surface of @millrace/broker: the broker as a part of a program, and tables that reference pages are made from.

export { renderBrokerMetrics } from './metrics/table.ts';
export { isOfflineCommand, offlineHelp } from './offline/commands.ts';
export {
  checkBrokerOptions,
  OPTIONS as BROKER_OPTIONS,
  renderBrokerOptions,
} from './options/table.ts';
export { runOffline, serveBroker } from './run-broker.ts';
export type { Beside } from './serve-broker.ts';
export { BROKER_VERSION } from './version.ts';
