/**
 * Recorded: runs a command between its two entries in the audit log. The one place where commands are run.
 * @module
 */
import { randomText, sha256 } from '#adapters/crypto/sha256.ts';
import {
  type CommandEnd,
  type CommandEntry,
  type CommandLogPorts,
  recordBegun,
  recordEnd,
} from '#application/operate/command-log.ts';
import { makeAuditLog } from '#application/serve/audit.ts';
import type { Command, CommandFlags } from './command.ts';
import { concernOf, customersOf, optionsOf } from './concerns.ts';
import { OpsError } from './ops-error.ts';
import type { Target } from './target.ts';

/**
 * Runs a command; one that changes something or reads customers is recorded before and after.
 * @returns the exit code; 1 when the command was done and its end could not be recorded
 * @throws OpsError when it cannot be recorded; then it did not run
 */
export const runRecorded = async (
  name: string,
  command: Command,
  target: Target,
  flags: CommandFlags,
): Promise<number> => {
  const concern = concernOf(name, flags);
  if (concern === 'looks') return command(target, flags, () => undefined);
  const { ports, entry } = await begin(target, name, concern, flags);
  const objects: string[] = [];
  try {
    const exit = await command(target, flags, (object) => void objects.push(object));
    const isRecorded = await end(ports, entry, { state: 'done', exit, objects });
    return isRecorded ? exit : 1;
  } catch (error) {
    const { name: said } = error instanceof Error ? error : { name: 'unknown' };
    await end(ports, entry, { state: 'failed', error: said, objects });
    throw error;
  }
};

const begin = async (
  target: Target,
  name: string,
  concern: CommandEntry['concern'],
  flags: CommandFlags,
) => {
  try {
    const ports = { table: target.table('audit-table'), clock: Date.now, hash: sha256 };
    const entry: CommandEntry = {
      requestId: `ops_${randomText()}`,
      client: await target.caller(),
      operation: `ops ${name}`,
      concern,
      options: optionsOf(name, flags),
    };
    await recordBegun(ports, entry);
    await recordCustomers(target, ports, entry, customersOf(flags));
    return { ports, entry };
  } catch (error) {
    const { message } = error as Error;
    throw new OpsError(`Not run, for it cannot be recorded in the audit log: ${message}`);
  }
};

/** Customers named by their ids stand in the log as those that the API shows: by a sealed pseudonym that an erasure takes out. */
const recordCustomers = async (
  target: Target,
  ports: CommandLogPorts,
  { requestId, client, operation }: CommandEntry,
  customers: readonly string[],
): Promise<void> => {
  if (customers.length === 0) return;
  const pseudonymise = await target.pseudonymiser();
  const log = makeAuditLog({ ...ports, pseudonymise, salt: randomText });
  for (const [index, customer] of customers.entries()) {
    await log.record({
      requestId: `${requestId}.${index + 1}`,
      client,
      role: 'operator',
      purpose: 'operations',
      operation,
      customer,
      fields: [],
      decision: 'granted',
    });
  }
};

const end = async (
  ports: CommandLogPorts,
  entry: CommandEntry,
  ended: CommandEnd,
): Promise<boolean> => {
  try {
    await recordEnd(ports, entry, ended);
    return true;
  } catch (error) {
    console.error(
      `It ran, but how it ended is not in the audit log (${entry.requestId}): ${(error as Error).message}`,
    );
    return false;
  }
};
