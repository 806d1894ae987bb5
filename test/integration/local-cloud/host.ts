/**
 * Runs a local cloud in a process of its own, so that a test can kill it as a whole.
 * @module
 */
import { startLocalCloud } from '../../../local/cloud/index.ts';

const [assemblyDir = '', dataDir = ''] = process.argv.slice(2);
const cloud = await startLocalCloud({ assemblyDir, dataDir, log: () => undefined });
process.send?.({
  kinesis: cloud.endpoints.kinesis,
  stream: cloud.names.streams['Changes'],
  pids: Object.values(cloud.enginePids()),
});
