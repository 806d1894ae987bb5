/**
 * Global setup of the integration tests: a folder for synthesized assemblies, so that the clouds of a run share theirs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder to the processes that run tests. */
export const ASSEMBLIES_VARIABLE = 'TRIBUTARY_TEST_ASSEMBLIES';

/** Makes the folder; gives what removes it. */
export const setup = (): (() => void) => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-assemblies-'));
  process.env[ASSEMBLIES_VARIABLE] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
};
