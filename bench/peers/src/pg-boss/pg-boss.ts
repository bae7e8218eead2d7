// pg-boss: a queue of jobs in PostgreSQL, with the settings that PostgreSQL comes with.

import { PgBoss } from 'pg-boss';
import type {
  Channel,
  Found,
  PeerKind,
  Reading,
  RunningPeer,
  Sender,
  WorkOptions,
} from '../peer.ts';
import { poll } from '../server/polling.ts';
import { fromText, toText } from '../server/text-values.ts';
import { foundWith } from '../server/version-of.ts';
import { postgresqlVersion, startPostgresql } from './postgresql.ts';

const CONNECTIONS = 10;
/** Taken at a time where each is acknowledged by itself. */
const TAKEN_AT_ONCE = 64;

export const pgBoss: PeerKind = {
  name: 'pg-boss',
  title: 'pg-boss on PostgreSQL',
  client: 'pg-boss',
  modes: [
    {
      name: 'default',
      isFlushed: true,
      durability: 'on the disk (fsync on, synchronous_commit on)',
    },
  ],
  async find(): Promise<Found> {
    return foundWith('PostgreSQL', postgresqlVersion(), 'pg-boss');
  },
  async start(_, directory: string): Promise<RunningPeer> {
    const server = await startPostgresql(directory);
    const { port, user } = server;
    const boss = new PgBoss({
      host: '127.0.0.1',
      port,
      user,
      database: 'postgres',
      max: CONNECTIONS,
      // Upkeep by the minute would fall into one run and not into another.
      supervise: false,
      schedule: false,
    });
    boss.on('error', () => undefined);
    await boss.start();
    return {
      pids: [server.pid],
      async open(name: string): Promise<Channel> {
        await boss.createQueue(name);
        return new BossChannel(boss, name);
      },
      async stop() {
        await boss.stop({ graceful: false, close: true });
        await server.stop();
      },
    };
  },
};

interface Data {
  readonly value: string;
}

interface Taken {
  readonly id: string;
  readonly data: Data;
}

class BossChannel implements Channel {
  readonly #boss: PgBoss;
  readonly #name: string;

  constructor(boss: PgBoss, name: string) {
    this.#boss = boss;
    this.#name = name;
  }

  async sender(): Promise<Sender> {
    return new BossSender(this.#boss, this.#name);
  }

  async work(options: WorkOptions): Promise<Reading> {
    const isSingle = options.batch === 1;
    return poll<Taken>(options, {
      lanes: isSingle ? 4 : 6,
      take: () => {
        const batchSize = isSingle ? TAKEN_AT_ONCE : options.batch;
        return this.#boss.fetch<Data>(this.#name, { batchSize });
      },
      acknowledge: async (jobs) => {
        await this.#boss.complete(
          this.#name,
          jobs.map(({ id }) => id),
        );
      },
      valueOf: ({ data }) => fromText(data.value),
    });
  }

  async count(): Promise<number> {
    const { rows } = await this.#boss
      .getDb()
      .executeSql('SELECT count(*)::int AS count FROM pgboss.job WHERE name = $1', [this.#name]);
    const [row] = rows as { count: number }[];
    return row?.count ?? 0;
  }

  async drop(): Promise<void> {
    await this.#boss.deleteQueue(this.#name);
  }
}

class BossSender implements Sender {
  readonly batch = 1_000;
  readonly inFlight = 4;
  readonly #boss: PgBoss;
  readonly #name: string;

  constructor(boss: PgBoss, name: string) {
    this.#boss = boss;
    this.#name = name;
  }

  async send(values: readonly Uint8Array[]): Promise<void> {
    await this.#boss.insert(
      this.#name,
      values.map((value) => ({ data: { value: toText(value) } })),
    );
  }

  async sendOne(value: Uint8Array): Promise<void> {
    const id = await this.#boss.send(this.#name, { value: toText(value) });
    if (id === null) throw new Error('a job was not taken');
  }

  async close(): Promise<void> {}
}
