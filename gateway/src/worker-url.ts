// Where the code of the gateway's thread is, for who starts one. It is not imported: a thread loads it.

export const WORKER_URL = new URL('./worker.js', import.meta.url);
