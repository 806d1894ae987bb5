/**
 * What an operator command is.
 * @module
 */
import type { Target } from './target.ts';

/** The flags of all commands, and the words after the command. */
export interface CommandFlags {
  readonly definitions?: string;
  readonly from?: string;
  readonly to?: string;
  readonly newest?: string;
  readonly redrive?: boolean;
  readonly delete?: boolean;
  readonly all?: boolean;
  readonly reason?: string;
  readonly actor?: string;
  readonly json?: boolean;
  readonly discard?: boolean;
  readonly rule?: string;
  readonly source?: string;
  readonly settle?: string;
  readonly generation?: string;
  readonly table?: string;
  readonly against?: string;
  readonly 'dry-run'?: boolean;
  readonly heal?: boolean;
  readonly in?: string;
  readonly out?: string;
  readonly keys: readonly string[];
}

/** Names what a command made or changed, such as `erasure:era_…`, for the audit log: ids, and nothing of a customer's. */
export type Note = (object: string) => void;

/** A command; gives the exit code. */
export type Command = (target: Target, flags: CommandFlags, note: Note) => Promise<number>;
