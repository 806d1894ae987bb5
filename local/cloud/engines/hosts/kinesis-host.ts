/**
 * Runs kinesalite on disk in a process of its own, bound to this machine only.
 * @module
 */
import kinesalite from 'kinesalite';
import { endWithParent, settings } from './parent.ts';

const { port, path } = settings<{ port: number; path: string }>();

endWithParent();
kinesalite({
  path,
  ssl: false,
  createStreamMs: 0,
  deleteStreamMs: 0,
  updateStreamMs: 0,
  shardLimit: 1000,
}).listen(port, '127.0.0.1');
