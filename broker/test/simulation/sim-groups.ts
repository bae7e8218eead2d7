// Share groups of a simulation: each way in which messages are ordered, and receipts are taken.

export const PARTITIONS = 2;

export interface SimGroup {
  readonly name: string;
  readonly ordering: 'none' | 'key' | 'fifo';
  readonly fence: boolean;
  readonly lateReceipts: 'accept' | 'refuse';
}

const SIM_GROUP = { ordering: 'none', fence: true, lateReceipts: 'accept' } as const;
const GROUPS: readonly SimGroup[] = [
  { ...SIM_GROUP, name: 'plain' },
  { ...SIM_GROUP, name: 'keyed', ordering: 'key' },
  { ...SIM_GROUP, name: 'line', ordering: 'fifo', lateReceipts: 'refuse' },
  { ...SIM_GROUP, name: 'loose', fence: false },
  { ...SIM_GROUP, name: 'loose-line', ordering: 'fifo', fence: false },
];

/** A few of them at a time: a run with all takes long. */
export function groupsOf(seed: number): readonly SimGroup[] {
  return [0, 1 + (Math.floor(seed / GROUPS.length) % (GROUPS.length - 1))].flatMap((step) => {
    return GROUPS[(seed + step) % GROUPS.length] ?? [];
  });
}
