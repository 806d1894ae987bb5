/**
 * Configuration of the capture process: one JSON text in the environment variable {@link CONFIG_VARIABLE}, because
 * arguments of a process can be read by everybody on the machine and connections carry a password.
 * @module
 */
import type { KinesisOptions } from './kinesis-target.ts';

/** Environment variable that holds the configuration as JSON. */
export const CONFIG_VARIABLE = 'TRIBUTARY_CAPTURE';

/** A source to capture. */
export interface CaptureSource {
  /** Source id; schema `public` is renamed to it. */
  readonly source: string;
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  };
  /** Load generation, 1 to 9999; a higher one than was loaded before loads anew. */
  readonly generation: number;
  /** Tables to capture; all tables of schema `public` when absent. */
  readonly tables?: readonly string[];
}

/** Everything the process needs. */
export interface CaptureConfig {
  readonly sources: readonly CaptureSource[];
  readonly kinesis: KinesisOptions;
  /** Folder where it notes which loads are complete. */
  readonly stateDir: string;
  /** Seconds between two rows of `awsdms_status`; 5 when absent. */
  readonly statusSeconds?: number;
}
