// What the options must not leave open by mistake: ports that others reach without showing who they are. It reads no
// file and opens nothing.

import { isLoopback, StartError } from '@millrace/options';

export interface ExposureOptions {
  readonly host: string;
  readonly authentication: 'none' | 'required';
  readonly allowAnonymous: boolean;
  readonly metricsAnonymous: boolean;
}

/** Throws StartError `badOption`. */
export function checkExposure(options: ExposureOptions, adminHost: string): void {
  const { host, authentication, allowAnonymous, metricsAnonymous } = options;
  if (authentication === 'required' || allowAnonymous) return;
  if (!isLoopback(host)) {
    const what = `anyone who reaches ${host} could do everything`;
    throw bad(
      `--host: ${what}. Give --authentication required, or --allow-anonymous if that is meant.`,
    );
  }
  if (!isLoopback(adminHost) && !metricsAnonymous) {
    const what = `anyone who reaches ${adminHost} could read the metrics`;
    throw bad(
      `--admin-host: ${what}. Give --authentication required, or --metrics-anonymous if that is meant.`,
    );
  }
}

function bad(text: string): StartError {
  return new StartError('badOption', text);
}
