/**
 * Loaded before a script that has a session of its own: ends it when the process that started it is killed.
 *
 * The channel between the two closes with the parent however it ends, `kill -9` included, which runs no handler.
 * @module
 */
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel is no reason to stay: a script that is done ends.
process.channel?.unref();
