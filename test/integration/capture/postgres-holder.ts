/**
 * Starts the database server of a data folder and holds it until its input closes or it is killed.
 * @module
 */
import { startPostgres } from '../../../local/sources/postgres/server.ts';

const server = await startPostgres({ dataDir: process.argv[2] ?? '' });
process.stdout.write(JSON.stringify({ home: server.home, pids: server.pids }));
process.stdin.on('close', () => void server.stop().then(() => process.exit(0))).resume();
