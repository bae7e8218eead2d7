// What a record may say besides key, value and headers: when it can be received, until when, how often, whose it is, and
// whether it was sent before. Knows the fields of a line and their limits, not how they travel.

/** The broker's limits, as far as they concern a record. */
export interface RuleLimits {
  readonly delayMsMax: number;
  readonly messageTtlMsMax: number;
  readonly dedupIdBytesMax: number;
  readonly tenantBytesMax: number;
  readonly maxDeliveriesMax: number;
}

export interface RecordRules {
  readonly delayMs?: number | undefined;
  readonly ttlMs?: number | undefined;
  readonly dedupId?: string | undefined;
  readonly tenant?: string | undefined;
  readonly maxDeliveries?: number | undefined;
}

type Fields = { readonly [name: string]: unknown };
const NUMBERS = ['delayMs', 'ttlMs', 'maxDeliveries'] as const;
const TEXTS = ['dedupId', 'tenant'] as const;

/** The rules among the fields of a record; throws what `fault` makes of a field of another type. */
export function rulesOf(fields: Fields, fault: (message: string) => Error): RecordRules {
  const rules: { [name: string]: unknown } = {};
  for (const name of NUMBERS) {
    const value = fields[name] ?? undefined;
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value)) throw fault(`${name} is not a whole number`);
    rules[name] = value;
  }
  for (const name of TEXTS) {
    const value = fields[name] ?? undefined;
    if (value === undefined) continue;
    if (typeof value !== 'string') throw fault(`${name} is not text`);
    rules[name] = value;
  }
  return rules;
}

/** What is wrong with the rules, as a sentence; undefined where nothing is. */
export function ruleFault(rules: RecordRules, limits: RuleLimits): string | undefined {
  const { delayMs, ttlMs, maxDeliveries, dedupId, tenant } = rules;
  return (
    numberFault('delayMs', delayMs, 0, limits.delayMsMax) ??
    numberFault('ttlMs', ttlMs, 1, limits.messageTtlMsMax) ??
    numberFault('maxDeliveries', maxDeliveries, 1, limits.maxDeliveriesMax) ??
    textFault('dedupId', dedupId, limits.dedupIdBytesMax) ??
    textFault('tenant', tenant, limits.tenantBytesMax)
  );
}

function numberFault(name: string, value: number | undefined, min: number, max: number) {
  if (value === undefined || (value >= min && value <= max)) return undefined;
  return `${name} is a number from ${min} to ${max}, not ${value}`;
}

function textFault(name: string, value: string | undefined, bytesMax: number) {
  const bytes = value === undefined ? 1 : Buffer.byteLength(value);
  return bytes >= 1 && bytes <= bytesMax
    ? undefined
    : `${name} is a text of 1 to ${bytesMax} bytes, not of ${bytes}`;
}
