/**
 * Log: what a function writes about its work, never about a person.
 *
 * Only the fields named here are written, whatever is passed; and the message of an error only when we know who wrote
 * it, because a parser's message quotes what it could not parse.
 * @module
 */
import { Logger } from '@aws-lambda-powertools/logger';

/** Fields that may be logged. */
const LOG_FIELDS = [
  'applied',
  'bytes',
  'conflicts',
  'customerId',
  'definitions',
  'differences',
  'durationMs',
  'erased',
  'failed',
  'held',
  'ignored',
  'object',
  'quarantined',
  'reason',
  'records',
  'route',
  'rows',
  'sequence',
  'shard',
  'source',
  'stale',
  'status',
  'table',
  'views',
] as const;

/** Values of the fields of one line. */
export type LogFields = Partial<Readonly<Record<(typeof LOG_FIELDS)[number], string | number>>>;

/** Longest text of a field, in characters. */
const MAX_TEXT = 200;

/** Errors whose messages are ours and hold no personal value. */
const OWN_ERRORS: ReadonlySet<string> = new Set([
  'ArchiveError',
  'CommitTooLargeError',
  'ContentionError',
  'DefinitionsError',
  'EnvironmentError',
  'ErasureOvertakenError',
  'ImportUnfinishedError',
  'ReadsUnrecordedError',
  'SecretError',
  'TableBusyError',
]);

/** Writes log lines. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** Writes the kind and the place of an error, and its message when it is safe. */
  error(message: string, error: unknown, fields?: LogFields): void;
}

/** Makes the log of a function on a Powertools logger. */
export const makeLog = (logger: Logger): Log => ({
  info: (message, fields = {}) => logger.info(message, allowed(fields)),
  warn: (message, fields = {}) => logger.warn(message, allowed(fields)),
  error: (message, error, fields = {}) =>
    logger.error(message, { ...allowed(fields), failure: describeError(error) }),
});

/** The logger that {@link makeLog} writes with; service and level come from the `POWERTOOLS_` variables. */
export const makeLogger = (functionId: string): Logger =>
  new Logger({ persistentKeys: { function: functionId } });

const allowed = (fields: LogFields): Record<string, string | number> =>
  Object.fromEntries(
    LOG_FIELDS.flatMap((name) => {
      const value = fields[name];
      if (value === undefined) return [];
      return [[name, typeof value === 'string' ? value.slice(0, MAX_TEXT) : value]];
    }),
  );

const describeError = (error: unknown): Record<string, unknown> => {
  if (!(error instanceof Error)) return { kind: typeof error };
  const isKnown = OWN_ERRORS.has(error.name) || '$metadata' in error;
  return {
    kind: error.name,
    ...(isKnown && { message: error.message.slice(0, MAX_TEXT) }),
    frames: framesOf(error),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
};

const framesOf = (error: Error): readonly string[] =>
  (error.stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, 5);
