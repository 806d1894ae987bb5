/**
 * Await version: read-your-writes. A caller that knows of a version, from an outbound message or an earlier answer, is
 * never shown an older one: the read is repeated until it has come, or the caller is told that it has not.
 * @module
 */
import type { Clock } from '#domain/shared/clock.ts';
import type { Result } from '#domain/shared/result.ts';

/** What waiting needs. */
export interface WaitPorts {
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What a caller asks: the version, and the longest wait in milliseconds. */
export interface WantedVersion {
  readonly minVersion?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

const PAUSE_MS = 40;
const DEFAULT_TIMEOUT_MS = 1_000;

/** Reads until `isCurrent` holds of what was found, or time is up; gives the last reading and whether it is current. */
export const awaitVersion = async <Value, Problem>(
  { clock, sleep }: WaitPorts,
  { minVersion, timeoutMs = DEFAULT_TIMEOUT_MS }: WantedVersion,
  read: () => Promise<Result<Value, Problem>>,
  versionOf: (value: Value) => number,
): Promise<{ readonly found: Result<Value, Problem>; readonly isCurrent: boolean }> => {
  const until = clock() + timeoutMs;
  for (;;) {
    const found = await read();
    const isCurrent =
      minVersion === undefined || (found.ok && versionOf(found.value) >= minVersion);
    if (isCurrent || clock() + PAUSE_MS > until) return { found, isCurrent };
    await sleep(PAUSE_MS);
  }
};
