// What every client process of a history begins with: `node FILE BROKER SEED DIARY`. It works until SIGTERM.
import { connect } from '@millrace/client';
import { Random } from '@millrace/harness';
import { fileDiary } from './file-diary.mjs';
import { Recorder } from './recorder.mjs';

/**
 * What a client of a history works with, in a process or in a simulation.
 *
 * @typedef {object} Work
 * @property {import('@millrace/client').Client} client
 * @property {Recorder} recorder
 * @property {Random} random
 * @property {string} name of this client: no other one of the history has it
 * @property {{ stopped: boolean }} running
 * @property {Promise<void>} stopping resolves when it is to stop
 * @property {number} pauseMsMax between what a producer sends
 */

/** @param {(work: Work) => Promise<unknown>} work */
export async function runClient(work) {
  const [brokers = '', seed = '', diary = ''] = process.argv.slice(2);
  const running = { stopped: false };
  /** @type {Promise<void>} */
  const stopping = new Promise((resolve) => {
    process.once('SIGTERM', () => {
      running.stopped = true;
      resolve();
    });
  });
  const client = await connect({
    brokers,
    clientName: 'history',
    waitForBrokerMs: 60_000,
    requestTimeoutMs: 120_000,
    retry: { firstDelayMs: 10, maxDelayMs: 150 },
    logger: null,
  });
  const random = new Random(Number(seed));
  const recorder = new Recorder(fileDiary(diary));
  await work({ client, recorder, random, name: seed, running, stopping, pauseMsMax: 60 });
  await client.close();
}
