import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MappingRunner } from '../../../../local/cloud/event-sources/mapping-runner.ts';
import {
  SwitchedMapping,
  Switches,
} from '../../../../local/cloud/event-sources/switched-mapping.ts';
import type { MappingPlan } from '../../../../local/cloud/plan/model.ts';

const MAPPING = {
  uuid: 'u1',
  logicalId: 'Mapping',
  functionArn: 'arn:function',
  source: { kind: 'kinesis', streamName: 'changes', arn: 'arn:stream' },
} as MappingPlan;

test('what is in flight settles before a mapping is off, and it goes on with a new runner', async () => {
  const steps: string[] = [];
  let settle = () => {};
  const makeRunner = () =>
    ({
      start: async () => void steps.push('start'),
      stop: async () => {
        steps.push('stop');
        await new Promise<void>((resolve) => {
          settle = resolve;
        });
      },
    }) as unknown as MappingRunner;
  const mapping = new SwitchedMapping(MAPPING, makeRunner, () => {});
  await mapping.start();
  expect(mapping.description).toMatchObject({ UUID: 'u1', State: 'Enabled' });
  mapping.switchTo(true);
  mapping.switchTo(false);
  expect(mapping.description.State).toBe('Disabling');
  settle();
  await expect.poll(() => mapping.description.State).toBe('Disabled');
  mapping.switchTo(true);
  await expect.poll(() => mapping.description.State).toBe('Enabled');
  expect(steps).toEqual(['start', 'stop', 'start']);
});

test('a mapping that is off stays so after a restart', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'switches-')), 'off.json');
  new Switches(path).set('u1', true);
  expect(new Switches(path).has('u1')).toBe(true);
  new Switches(path).set('u1', false);
  expect(new Switches(path).has('u1')).toBe(false);
});
