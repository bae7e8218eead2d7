// The public surface of @millrace/options: what every process of Millrace begins and ends with.

export { Histogram } from './metrics/histogram.ts';
export { type MetricSpec, type MetricTable, renderMetricRows } from './metrics/metric-table.ts';
export type { MetricValue } from './metrics/metric-text.ts';
export {
  countValues,
  createRegistry,
  histogramValues,
  type MetricReaders,
  type MetricsRegistry,
} from './metrics/registry.ts';
export {
  describeRange,
  formatValue,
  type OptionSpec,
  type OptionValue,
  type Parsed,
  parseValue,
} from './option.ts';
export {
  defaultsOf,
  flagOf,
  namesOf,
  type OptionsOf,
  type OptionTable,
  variableOf,
} from './option-table.ts';
export {
  type CommandLine,
  type Environment,
  type OptionSource,
  type ParsedOptions,
  parseOptions,
} from './parse-options.ts';
export { renderConfig, renderOptionRows } from './print-options.ts';
export { EXITS, type ExitName, StartError } from './process/exit-codes.ts';
export { limitConnections } from './process/limit-connections.ts';
export { type LineFile, openLineFile } from './process/line-file.ts';
export { LineSums } from './process/line-sums.ts';
export { formatAddress, type ListenAt, listenFault, listenOn } from './process/listen-on.ts';
export { type Log, type OpenLog, openLog } from './process/log.ts';
export {
  type LineOf,
  LOG_EVENTS,
  LOG_LEVELS,
  type LogEventSpec,
  type LogLevel,
} from './process/log-events.ts';
export { LOG_FIELDS } from './process/log-fields.ts';
export { isLoopback } from './process/loopback.ts';
export { networkOf } from './process/network-of.ts';
export { readOptionFile } from './process/option-file.ts';
export { logFormatOf, PROCESS_OPTIONS } from './process/process-options.ts';
export { type Life, type Program, runProgram, type Served } from './process/run-program.ts';
export { Shutdown } from './process/shutdown.ts';
export { ClientCertificates } from './tls/client-certificates.ts';
export { commonNameOf } from './tls/common-name.ts';
export {
  type ClientAuth,
  checkTlsOptions,
  type LoadedTls,
  readTls,
  type TlsContext,
  type TlsFlags,
  type TlsPaths,
} from './tls/read-tls.ts';
export { TlsReloader } from './tls/tls-reloader.ts';
export { openTracing, type Tracing, type TracingSources } from './tracing/open-tracing.ts';
export { DAY, GIB, KIB, MIB, MINUTE, SECOND, TIB } from './units.ts';
