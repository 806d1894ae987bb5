/**
 * The capture process: what DMS is in production. Started by {@link module:local/capture/start-capture}.
 *
 * Writes one line of JSON per event to its output. It ends when its input closes, so it never outlives its parent.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import { type CaptureConfig, CONFIG_VARIABLE } from './config.ts';
import { kinesisTarget } from './kinesis-target.ts';
import { type CaptureEvent, SourceCapture } from './source-capture.ts';

const DEFAULT_STATUS_SECONDS = 5;
/** A stream that has gone away must not keep the process alive. */
const STOP_MS = 5_000;

const tell = (event: CaptureEvent): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

const run = async (config: CaptureConfig): Promise<void> => {
  const put = kinesisTarget(config.kinesis);
  const tools = { put, stateDir: config.stateDir, clock: Date.now, tell };
  const captures = config.sources.map((source) => new SourceCapture(source, tools));
  const progress = setInterval(() => {
    for (const capture of captures) capture.tellProgress();
  }, 500);
  const status = setInterval(
    () => {
      for (const capture of captures) capture.writeStatus();
    },
    (config.statusSeconds ?? DEFAULT_STATUS_SECONDS) * 1000,
  );
  const stop = async (): Promise<void> => {
    clearInterval(progress);
    clearInterval(status);
    setTimeout(() => process.exit(1), STOP_MS);
    await Promise.all(captures.map((capture) => capture.stop()));
    for (const capture of captures) capture.tellProgress();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.stdin.on('close', () => void stop()).resume();
  await Promise.all(captures.map((capture) => capture.run()));
};

await run(JSON.parse(must(process.env[CONFIG_VARIABLE], CONFIG_VARIABLE)) as CaptureConfig);
