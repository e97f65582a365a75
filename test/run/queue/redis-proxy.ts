import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** A network between a client and a server. */
export interface Network {
  url: string;
  /** Milliseconds that each packet takes. */
  delayMs: number;
  /** True: packets vanish, and nobody is told. */
  silent: boolean;
  /** Ends all connections; refuses new ones until `mend`. */
  cut(): void;
  mend(): void;
}

export async function networkTo(port: number): Promise<Network> {
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return client.destroy();
    const target = connect(port, '127.0.0.1');
    pass(client, target);
    pass(target, client);
    return undefined;
  });
  function pass(from: Socket, to: Socket): void {
    open.add(from);
    let earlier: Promise<unknown> = Promise.resolve();
    from.on('data', (packet) => {
      earlier = earlier.then(async () => {
        if (network.delayMs > 0) await sleep(network.delayMs);
        if (!network.silent && !to.destroyed) to.write(packet);
      });
    });
    from.on('error', () => {});
    from.on('close', () => {
      open.delete(from);
      to.destroy();
    });
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const network: Network = {
    url: `redis://127.0.0.1:${address.port}`,
    delayMs: 0,
    silent: false,
    cut() {
      isCut = true;
      for (const socket of open) socket.destroy();
    },
    mend() {
      isCut = false;
    },
  };
  onTestFinished(() => {
    network.cut();
    server.close();
  });
  return network;
}
