/**
 * Records that resolving is measured on: a base that is there first, and what comes at the rates that the product promises.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import type { CurrentDefinitions, StreamRecord } from '#application/shared/ports.ts';
import { dice, seededRandom } from '../../local/sources/shop/dice.ts';
import { dmsText } from '../../test/support/builders/dms-record.ts';
import { writeScoredFolder } from '../../test/support/scored-definitions.ts';
import { demoDefinitions } from '../costs/counted-pipeline.ts';
import { retailWorkload, WORKLOAD_START, workloadOf } from '../workload/retail-workload.ts';
import type { LoadedRecords } from './load.ts';

/** Records a second that the product promises with exact rules, and with rules that score pairs. */
export const EXACT_PROMISE = 100;
export const SCORED_PROMISE = 30;

/** Records a second that are offered: a tenth more, so that the promise is seen to be kept. */
export const EXACT_RATE = 110;
export const SCORED_RATE = 33;

/** A shop's load, then its day at the offered rate for so many seconds. */
export const retailRecords = (seconds: number): LoadedRecords => {
  const records = EXACT_RATE * seconds;
  const all = [...retailWorkload(workloadOf(2 * records))];
  const of = (phase: 'load' | 'day') =>
    all.filter((entry) => entry.phase === phase).map(({ record }) => record);
  return { definitions: demoDefinitions(), base: of('load'), stream: of('day').slice(0, records) };
};

/** Members under rules that score pairs: people with some rows each, some of which leave things out. */
export const scoredRecords = (seconds: number): LoadedRecords => {
  const count = SCORED_RATE * seconds;
  const random = dice(seededRandom(3));
  const rows = Array.from({ length: 2 * count }, (_, n) => memberText(n, random));
  const records = rows.map(
    (text, n): StreamRecord => ({
      bytes: new TextEncoder().encode(text),
      partitionKey: `pos.member.${n}`,
      sequenceNumber: String(n + 1),
      shardId: 'shardId-000000000000',
      arrivedAt: WORKLOAD_START,
    }),
  );
  return {
    definitions: scoredDefinitions(),
    base: records.slice(0, count),
    stream: records.slice(count),
  };
};

const FAMILY = ['陳', '李', '張', '黃', '王', '林', '吳', '劉', '何', '鄭'];
const GIVEN = [
  '美玲',
  '家豪',
  '志明',
  '淑芬',
  '俊傑',
  '嘉欣',
  '偉',
  '芳',
  '國強',
  '詠詩',
  '子軒',
  '曉彤',
];
const ROWS_PER_PERSON = 3;

const memberText = (n: number, random: ReturnType<typeof dice>): string => {
  const person = Math.floor(n / ROWS_PER_PERSON);
  const name = `${FAMILY[person % FAMILY.length]}${GIVEN[Math.floor(person / 7) % GIVEN.length]}`;
  const day = new Date(Date.UTC(1950, 0, 1 + ((person * 7_919) % 20_000)));
  const says = <Said>(said: Said) => (random.chance(0.75) ? said : null);
  return dmsText({
    table: 'member',
    operation: 'load',
    data: {
      id: String(n),
      nm: name,
      born: says(day.toISOString().slice(0, 10)),
      mobile: says(String(51_000_000 + ((person * 104_729) % 9_000_000))),
      card_no: random.chance(0.3) ? `C${person}` : null,
    },
  });
};

const scoredDefinitions = (): CurrentDefinitions => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-scored-'));
  try {
    writeScoredFolder(folder);
    const read = readDefinitions(folder);
    if (!read.ok) throw new Error('the scored definitions do not compile');
    return { hash: read.value.hash, definitions: read.value.definitions };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
