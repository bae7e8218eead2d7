// Makes a server listen, and turns the ways that can fail into one line for the operator.

import type { AddressInfo, Server } from 'node:net';
import { StartError } from './exit-codes.ts';

export interface ListenAt {
  readonly host: string;
  readonly port: number;
  /** The options that say so, for the error line. */
  readonly hostFlag: string;
  readonly portFlag: string;
  /** Who may have the port already. */
  readonly rival: string;
}

/** Connections that the system may keep waiting until we accept them. */
const BACKLOG = 1_024;

/** Throws StartError `addressTaken`. Errors after the start go to `onLaterError`. */
export async function listenOn(
  server: Server,
  at: ListenAt,
  onLaterError: (error: Error) => void,
): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    const onStartError = (error: NodeJS.ErrnoException) => {
      reject(listenFault(error, at));
    };
    server.once('error', onStartError);
    server.listen({ host: at.host, port: at.port, backlog: BACKLOG }, () => {
      server.off('error', onStartError);
      server.on('error', onLaterError);
      resolve();
    });
  });
  return server.address() as AddressInfo;
}

export function listenFault(error: NodeJS.ErrnoException, at: ListenAt): StartError {
  return new StartError('addressTaken', describe(error, at), { cause: error });
}

function describe(error: NodeJS.ErrnoException, at: ListenAt): string {
  const address = formatAddress(at.host, at.port);
  switch (error.code ?? '') {
    case 'EADDRINUSE':
      return `${address} is in use, perhaps by another ${at.rival}; choose another port with ${at.portFlag}.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${at.host} is not an address of this machine; choose one with ${at.hostFlag}.`;
    case 'EACCES':
      return `${address} may not be used by this user; choose another port with ${at.portFlag}.`;
    default:
      return `cannot listen on ${address}: ${error.message}`;
  }
}

/** `127.0.0.1:7650`, `[::1]:7650`. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
