// Ways in which a disk may keep and lose what was not flushed: all of it, nothing, in order up to a moment, each write by
// itself, each page, each sector. All by seed.
import type { Random } from '@millrace/harness';
import type { Choice } from './disk.ts';

const PAGE_SECTORS = 8;

export const CHOICES = {
  nothing: () => ({ sector: () => 0, size: () => 0, name: () => 0 }),
  everything: () => ({
    sector: ({ operations }) => operations.length,
    size: (n) => n,
    name: (n) => n,
  }),
  /** As it was written, up to some write, and no later one. */
  inOrder: (random) => {
    let until: number | undefined;
    return {
      sector: ({ operations }) => {
        until ??= (operations[0] ?? 0) + random.between(-1, 40);
        const last = until;
        return operations.filter((operation) => operation <= last).length;
      },
      size: (n) => n,
      name: (n) => n,
    };
  },
  eachWrite: (random) => {
    const kept = new Map<number, boolean>();
    const isKept = (operation: number): boolean => {
      const known = kept.get(operation) ?? random.chance(0.5);
      kept.set(operation, known);
      return known;
    };
    return {
      sector: ({ operations }) => operations.findLastIndex(isKept) + 1,
      size: (n) => random.between(0, n),
      name: (n) => random.between(0, n),
    };
  },
  /** One write is lost, and all others are there. */
  allButOne: (random) => {
    let lost: number | undefined;
    return {
      sector: ({ operations }) => {
        lost ??= (operations.at(-1) ?? 0) + random.between(0, 5);
        const at = operations.indexOf(lost);
        return at < 0 ? operations.length : at;
      },
      size: (n) => n,
      name: (n) => n,
    };
  },
  eachPage: (random) => {
    const pages = new Map<string, number>();
    return {
      sector: ({ path, sector, operations }) => {
        const page = `${path}/${Math.floor(sector / PAGE_SECTORS)}`;
        const share = pages.get(page) ?? random.next();
        pages.set(page, share);
        return Math.floor(share * (operations.length + 1));
      },
      size: (n) => random.between(0, n),
      name: (n) => random.between(0, n),
    };
  },
  eachSector: (random) => ({
    sector: ({ operations }) => random.between(0, operations.length),
    size: (n) => random.between(0, n),
    name: (n) => random.between(0, n),
  }),
  /** Nearly whole: a write that is torn in one place. */
  fewSectors: (random) => ({
    sector: ({ operations }) => (random.chance(0.02) ? 0 : operations.length),
    size: (n) => n,
    name: (n) => n,
  }),
} satisfies Record<string, (random: Random) => Choice>;

export type ChoiceName = keyof typeof CHOICES;
export const CHOICE_NAMES = Object.keys(CHOICES) as ChoiceName[];
