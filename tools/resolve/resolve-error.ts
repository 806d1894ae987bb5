/**
 * ResolveError: what whoever runs the command has to do something about. Its message is all that is shown.
 * @module
 */

/** An expected failure, with file and line where there are any. */
export class ResolveError extends Error {
  override readonly name = 'ResolveError';
}
