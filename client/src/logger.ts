// What the client says about itself, to a logger of the caller's choice. It never holds credentials or message contents.

/** Any part may be missing. `fields` are plain data. pino and console both fit after a small wrapping. */
export interface Logger {
  debug?(text: string, fields?: object): void;
  info?(text: string, fields?: object): void;
  warn?(text: string, fields?: object): void;
  error?(text: string, fields?: object): void;
}

export const consoleLogger: Logger = {
  warn: (text, fields) =>
    console.warn(`millrace: ${text}`, ...(fields === undefined ? [] : [fields])),
  error: (text, fields) =>
    console.error(`millrace: ${text}`, ...(fields === undefined ? [] : [fields])),
};

export const silentLogger: Logger = {};
