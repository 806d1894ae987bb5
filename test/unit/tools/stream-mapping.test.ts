/** The reading of a stream, against the part of the Lambda API that the local cloud answers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeKinesisClient } from '#adapters/kinesis/client.ts';
import type { MappingState } from '../../../local/cloud/engines/lambda-api.ts';
import { startSideServices } from '../../../local/cloud/engines/side-services.ts';
import { streamReading } from '../../../tools/ops/stream-mapping.ts';

const ARN = 'arn:aws:kinesis:ap-east-1:000000000000:stream/changes';
const functionArn = (name: string) => `arn:aws:lambda:ap-east-1:000000000000:function:${name}`;

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

const setUp = async (functionId = 'identity/resolve-identity') => {
  const folder = mkdtempSync(join(tmpdir(), 'mapping-'));
  const services = await startSideServices(join(folder, 'secrets.json'), 0, (name) => name);
  closings.push(() => {
    services.close();
    rmSync(folder, { recursive: true });
  });
  const states: Record<string, MappingState> = { archive: 'Enabled', resolve: 'Enabled' };
  services.serveLambda({
    mappings: () =>
      Object.entries(states).map(([name, State]) => ({
        UUID: `uuid-${name}`,
        State,
        EventSourceArn: ARN,
        FunctionArn: functionArn(name),
      })),
    setEnabled: (uuid, enabled) => {
      states[uuid.slice(5)] = enabled ? 'Enabling' : 'Disabling';
    },
    environment: (name) => ({
      FUNCTION_ID: name.endsWith(':resolve') ? 'identity/resolve-identity' : 'capture/archive',
    }),
  });
  const kinesis = makeKinesisClient({
    region: 'ap-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  kinesis.send = (async () => ({ StreamDescriptionSummary: { StreamARN: ARN } })) as never;
  const looks: string[] = [];
  const reading = streamReading({
    kinesis,
    streamName: 'changes',
    functionId,
    endpoint: services.endpoint,
    // Time passes: what is in transition comes to rest.
    sleep: async () => {
      looks.push(String(states['resolve']));
      states['resolve'] = states['resolve'] === 'Disabling' ? 'Disabled' : 'Enabled';
    },
  });
  return { reading, states, looks };
};

test('is switched off and on, and waited for', async () => {
  const { reading, states, looks } = await setUp();
  expect(await reading.pause()).toBe(true);
  expect(states).toEqual({ archive: 'Enabled', resolve: 'Disabled' });
  expect(await reading.pause()).toBe(false);
  await reading.resume();
  expect(states).toEqual({ archive: 'Enabled', resolve: 'Enabled' });
  expect(looks).toEqual(['Disabling', 'Enabling']);
});

test('what is in transition is waited for first', async () => {
  const { reading, states } = await setUp();
  states['resolve'] = 'Enabling';
  expect(await reading.pause()).toBe(true);
  expect(states['resolve']).toBe('Disabled');
});

test('a function that reads no stream is said to', async () => {
  const { reading } = await setUp('profile/maintain-view');
  await expect(reading.pause()).rejects.toThrow(
    'no function profile/maintain-view reads the stream changes',
  );
});
