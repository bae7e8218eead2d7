// What a user may use, as options and as text.

import type { User } from '@millrace/client';
import { option, type ValuesOf } from '../../command.ts';
import { usage } from '../../errors/cli-error.ts';
import { count } from '../../input/count.ts';
import { parseSize } from '../../input/size.ts';
import { formatCount, formatSize } from '../../output/format.ts';

const DEFAULT = 'default';
type Rate = number | typeof DEFAULT;

/** `default`: the broker's own setting. */
function rateOf(parse: (text: string) => number): (text: string) => Rate {
  return (text) => {
    if (text.trim().toLowerCase() === DEFAULT) return DEFAULT;
    const rate = parse(text);
    if (rate < 1) throw usage(`'${text}' is too little: to keep a user out, disable it`);
    return rate;
  };
}

export const QUOTAS = {
  quotaProduce: option(
    '--quota-produce <size>',
    'bytes that it may produce a second, such as 10MiB; or default',
    rateOf(parseSize),
  ),
  quotaFetch: option(
    '--quota-fetch <size>',
    'bytes that it may fetch or receive a second; or default',
    rateOf(parseSize),
  ),
  quotaRequests: option(
    '--quota-requests <count>',
    'requests that it may send a second; or default',
    rateOf(count(1)),
  ),
};

type Quotas = User['quotas'];

export function hasQuotas(given: ValuesOf<typeof QUOTAS>): boolean {
  return Object.keys(QUOTAS).some((name) => given[name as keyof typeof QUOTAS] !== undefined);
}

/** What is not given stays as it was. */
export function quotasOf(given: ValuesOf<typeof QUOTAS>, before?: Quotas): Quotas {
  const { quotaProduce, quotaFetch, quotaRequests } = given;
  const or = (rate: Rate | undefined, was: number | null | undefined): number | null => {
    if (rate === undefined) return was ?? null;
    return rate === DEFAULT ? null : rate;
  };
  return {
    produceBytesPerSecond: or(quotaProduce, before?.produceBytesPerSecond),
    fetchBytesPerSecond: or(quotaFetch, before?.fetchBytesPerSecond),
    requestsPerSecond: or(quotaRequests, before?.requestsPerSecond),
  };
}

export function quotasText(quotas: Quotas): string {
  const { produceBytesPerSecond, fetchBytesPerSecond, requestsPerSecond } = quotas;
  const parts = [
    produceBytesPerSecond === null ? '' : `produce ${formatSize(produceBytesPerSecond)}/s`,
    fetchBytesPerSecond === null ? '' : `fetch ${formatSize(fetchBytesPerSecond)}/s`,
    requestsPerSecond === null ? '' : `${formatCount(requestsPerSecond)} requests/s`,
  ];
  return parts.filter((part) => part !== '').join(', ') || DEFAULT;
}
