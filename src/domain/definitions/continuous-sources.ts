/**
 * Continuous sources: those whose log is followed, so that silence of minutes means something.
 * @module
 */
import type { Definitions, SourceDefinition } from './types.ts';

/** Whether changes come from a database's log. Files and calls come when they come, and hold nothing back. */
export const isContinuous = ({ engine }: Pick<SourceDefinition, 'engine'>): boolean =>
  engine !== 'files' && engine !== 'webhook';

/** Ids of the sources whose log is followed. */
export const continuousSources = ({ sources }: Definitions): readonly string[] =>
  Object.values(sources)
    .filter(isContinuous)
    .map(({ source }) => source);
