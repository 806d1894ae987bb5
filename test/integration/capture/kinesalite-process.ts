/**
 * Kinesalite, the Kinesis of these tests, in a process of its own: it prints its port and ends with its input.
 * @module
 */
import { createRequire } from 'node:module';

interface Server {
  listen(port: number, host: string, ready: () => void): void;
  address(): { readonly port: number };
}

const kinesalite = createRequire(import.meta.url)('kinesalite') as (options: object) => Server;
const server = kinesalite({ createStreamMs: 0, deleteStreamMs: 0 });
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on('close', () => process.exit(0)).resume();
