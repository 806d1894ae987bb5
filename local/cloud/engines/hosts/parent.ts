/**
 * Keeps a child process from outliving the process that started it.
 *
 * A signal handler in the parent cannot do this: `kill -9` runs none. The channel between the two closes
 * with the parent however it ends, and that is what a child listens to.
 * @module
 */

/** Ends this process when its parent is gone, after `cleanUp`; Ctrl-C is the parent's to handle. */
export const endWithParent = (cleanUp: () => void = () => process.exit(0)): void => {
  process.on('disconnect', cleanUp);
  process.on('SIGINT', () => undefined);
};

/** The settings that the parent passed as one JSON argument. */
export const settings = <Shape>(): Shape => JSON.parse(String(process.argv[2])) as Shape;
