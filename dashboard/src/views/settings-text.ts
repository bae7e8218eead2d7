// Values of settings as they are read: times and sizes with units, by the last word of the setting's name. Pure.
import { formatBytes, formatCount, formatDuration } from '../format/formats.ts';

export function settingText(
  name: string,
  value: string | number | boolean | readonly string[],
): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return value.length === 0 ? 'none' : value.join(', ');
  if (name.endsWith('Ms')) return value < 0 ? 'never' : formatDuration(value);
  if (/Bytes(Max)?$/.test(name)) return value < 0 ? 'no bound' : formatBytes(value);
  return formatCount(value) === String(value) || value >= 1_000
    ? formatCount(value)
    : String(value);
}
