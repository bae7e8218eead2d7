// Known faults of what is installed, as the registry tells them: part of npm run check. Where no registry answers (offline, a
// mirror without advisories) nothing is known and nothing fails, and that is said.
import { spawnSync } from 'node:child_process';
import { npmCommand, ROOT } from './workspace.mjs';

const TIMEOUT_MS = 30_000;
const ARGS = ['audit', '--json', '--fetch-retries=0', `--fetch-timeout=${TIMEOUT_MS / 2}`];

/** @returns {number} 0 where nothing is known, 1 where something is */
export function audit() {
  const { stdout } = spawnSync(...npmCommand(ARGS), {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  const found = vulnerabilitiesOf(stdout ?? '');
  if (found === undefined) {
    console.error('no registry told: known faults were not looked up');
    return 0;
  }
  const names = Object.entries(found).map(([name, { severity }]) => `${name} (${severity})`);
  console.error(names.length === 0 ? 'none' : `npm audit names ${names.join(', ')}`);
  return names.length === 0 ? 0 : 1;
}

/**
 * @param {string} text what `npm audit --json` printed
 * @returns {Record<string, { severity: string }> | undefined} undefined: it is no report
 */
function vulnerabilitiesOf(text) {
  try {
    return JSON.parse(text).vulnerabilities;
  } catch {
    return undefined;
  }
}
