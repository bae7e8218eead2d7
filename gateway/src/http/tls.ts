// The certificate and key of --http-tls-cert and --http-tls-key. What is wrong with them is said without their contents.

import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { StartError } from '@millrace/options';
import type { GatewayOptions } from '../options/table.ts';

export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Undefined: the gateway speaks plain HTTP. Throws StartError `badOption`. */
export function readTls({ httpTlsCert, httpTlsKey }: GatewayOptions): TlsFiles | undefined {
  if (httpTlsCert === '') return undefined;
  const files = {
    cert: readFile('--http-tls-cert', httpTlsCert),
    key: readFile('--http-tls-key', httpTlsKey),
  };
  try {
    createSecureContext(files);
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new StartError('badOption', `--http-tls-cert and --http-tls-key do not work (${code}).`);
  }
  return files;
}

function readFile(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new StartError('badOption', `${flag}: ${path} cannot be read (${code}).`);
  }
}
