/**
 * Environment: the variables that the stacks give a function, checked when it starts.
 * @module
 */

/** Every variable that some function reads. */
export type Variable =
  | 'ARCHIVE_BUCKET'
  | 'AUDIT_TABLE_NAME'
  | 'BULK_READS_PER_HOUR'
  | 'DEFINITIONS_BUCKET'
  | 'DROPS_BUCKET'
  | 'ERASURE_KEY_SECRET_ARN'
  | 'FAILED_BUCKET'
  | 'FUNCTION_ID'
  | 'ONE_ID_KEY_SECRET_ARN'
  | 'PEPPER_SECRET_ARN'
  | 'QUARANTINE_BUCKET'
  | 'RIGHTS_BUCKET'
  | 'ROWS_PER_FILE'
  | 'STREAM_NAME'
  | 'RECONCILE_ITEMS'
  | 'TABLE_NAME';

/** A function was deployed without what it needs. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/**
 * Reads variables. Call it while the module loads, so that a wrong deployment fails before the first event.
 * @throws {@link EnvironmentError} naming all that are missing or empty
 */
export const readEnvironment = <Name extends Variable>(
  ...names: readonly Name[]
): Readonly<Record<Name, string>> => {
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length > 0) throw new EnvironmentError(`missing variables: ${missing.join(', ')}`);
  const read = names.map((name) => [name, process.env[name]]);
  return Object.fromEntries(read) as Readonly<Record<Name, string>>;
};
