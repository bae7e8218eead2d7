// A wire to a broker that can go deaf: requests go through, replies are lost, then the connections are cut. So everything that
// was under way was carried out, and nobody was told.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export class DeafWire {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private isDeaf = false;

  private constructor(port: number) {
    this.server = createServer((near) => this.forward(near, port));
  }

  static async open(port: number): Promise<DeafWire> {
    const wire = new DeafWire(port);
    wire.server.listen(0, '127.0.0.1');
    await once(wire.server, 'listening');
    return wire;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async deafen(ms: number): Promise<void> {
    this.isDeaf = true;
    await sleep(ms);
    this.cut();
    this.isDeaf = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private cut(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  private forward(near: Socket, port: number): void {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
    }
    near.on('data', (chunk: Buffer) => far.write(chunk));
    far.on('data', (chunk: Buffer) => {
      if (!this.isDeaf) near.write(chunk);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }
}
