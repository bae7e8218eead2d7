// Where the audit log goes: to a file of its own, or among the lines of the log. No logic.

import { type Log, openLineFile, openLog } from '@millrace/options';
import type { BrokerOptions } from '../options/table.ts';
import { AuditLog } from './audit-log.ts';

export interface AuditSources {
  readonly log: Log;
  /** Writes a line of the log whatever its level. */
  readonly announce: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** Files are to be opened again. */
  readonly onHangup: (listener: () => void) => void;
}

export interface OpenAudit {
  /** Undefined: nobody asked for one. */
  readonly audit: AuditLog | undefined;
  readonly close: () => Promise<void>;
}

const MESSAGE = 'audit';

/** Throws StartError `badOption`. */
export function openAudit(
  { auditLog, authentication }: Pick<BrokerOptions, 'auditLog' | 'authentication'>,
  { log, announce, onHangup }: AuditSources,
): OpenAudit {
  if (auditLog === '') {
    if (authentication === 'none') return { audit: undefined, close: async () => undefined };
    const audit = new AuditLog({ write: (fields) => announce(fields, MESSAGE) });
    return { audit, close: async () => audit.close() };
  }
  const file = openLineFile('--audit-log', auditLog, (error) => {
    log.error({ err: error, event: 'audit_failed', path: auditLog }, 'The audit log failed.');
  });
  onHangup(() => file.reopen());
  const lines = openLog({ level: 'info', format: 'json', sink: file });
  const audit = new AuditLog({ write: (fields) => lines.announce(fields, MESSAGE) });
  return {
    audit,
    close: async () => {
      audit.close();
      await file.close();
    },
  };
}
