import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeHistory } from '../../../local/sources/shop/history.ts';
import {
  forgetTruth,
  noteDirt,
  notePeople,
  noteRows,
  readDirt,
  readTruth,
} from '../../../local/sources/shop/truth.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tributary-truth-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('what is noted can be read back, rows about nobody left out', () => {
  const { people, rows } = makeHistory({ seed: 1, customers: 5, now: Date.UTC(2026, 10, 22) });
  notePeople(dir, people);
  noteRows(dir, rows);
  const truth = readTruth(dir);
  expect([...truth.people.values()]).toEqual(people);
  expect(truth.rows.size).toBe(rows.filter(({ person }) => person !== undefined).length);
});

test('the last word about a row counts, and half a line does not', () => {
  noteRows(dir, [{ table: 'contact', row: { contact_no: 'C-1' }, person: 'p1' }]);
  noteRows(dir, [{ table: 'contact', row: { contact_no: 'C-1' }, person: 'p2' }]);
  appendFileSync(join(dir, 'rows.ndjson'), '{"row":"crm.contact.C-1","pers');
  expect([...readTruth(dir).rows.values()]).toEqual([
    { row: 'crm.contact.C-1', person: 'p2', kind: 'party' },
  ]);
});

test('a report says that the history is complete, until it is forgotten', () => {
  noteDirt(dir, { seed: 1 });
  const before = readDirt(dir);
  forgetTruth(dir);
  expect([before, readDirt(dir)]).toEqual([{ seed: 1 }, undefined]);
});
