// What every API takes, as one table: an API without a row does not compile. docs/semantics/security.md has it for people.

import type { HandledApiName } from '../handlers/handler.ts';
import type { RequirementsOf } from './requirement.ts';
import { LOG_REQUIREMENTS } from './requirements-log.ts';
import { QUEUE_REQUIREMENTS } from './requirements-queue.ts';
import { SECURITY_REQUIREMENTS } from './requirements-security.ts';

export const REQUIREMENTS: RequirementsOf<HandledApiName> = {
  ...LOG_REQUIREMENTS,
  ...QUEUE_REQUIREMENTS,
  ...SECURITY_REQUIREMENTS,
};

/** The table in Markdown. */
export function renderRequirements(): string {
  const rows = Object.entries(REQUIREMENTS).map(([api, { needs }]) => `| ${api} | ${needs} |`);
  return ['| API | what it takes |', '| --- | --- |', ...rows].join('\n');
}
