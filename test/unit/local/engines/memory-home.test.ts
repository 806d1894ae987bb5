/** Where the database lies while it runs, and where it is found again. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  bringBack,
  forgetMemory,
  takeIntoMemory,
} from '../../../../local/cloud/engines/memory-home.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'memory-home-'));
});
afterEach(() => {
  forgetMemory(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

const tables = (folder: string) => join(folder, 'tables.db');
const onDisk = () => join(dataDir, 'dynamodb');

test('a database goes back to its data folder with everything beside it, and is found there', () => {
  const home = takeIntoMemory(dataDir);
  writeFileSync(tables(home), 'rows');
  writeFileSync(`${tables(home)}-wal`, 'late rows');
  bringBack(dataDir);
  expect(readFileSync(tables(onDisk()), 'utf8')).toBe('rows');
  expect(readFileSync(`${tables(onDisk())}-wal`, 'utf8')).toBe('late rows');
  expect(readFileSync(tables(takeIntoMemory(dataDir)), 'utf8')).toBe('rows');
});

test('after a kill it is where it was', () => {
  writeFileSync(tables(takeIntoMemory(dataDir)), 'rows');
  expect(readFileSync(tables(takeIntoMemory(dataDir)), 'utf8')).toBe('rows');
});

test('bringing back what was brought back does nothing', () => {
  writeFileSync(tables(takeIntoMemory(dataDir)), 'rows');
  bringBack(dataDir);
  bringBack(dataDir);
  expect(readFileSync(tables(onDisk()), 'utf8')).toBe('rows');
});

test.runIf(existsSync('/dev/shm'))('a machine that went down is heard of', () => {
  mkdirSync(onDisk());
  writeFileSync(tables(onDisk()), 'rows');
  expect(takeIntoMemory(dataDir)).toMatch(/^\/dev\/shm\//);
  expect(existsSync(tables(onDisk()))).toBe(false);
  forgetMemory(dataDir);
  expect(() => takeIntoMemory(dataDir)).toThrow(/start with --reset/);
});

test('nothing is kept for a data folder that is gone', () => {
  const home = takeIntoMemory(dataDir);
  rmSync(dataDir, { recursive: true });
  const other = mkdtempSync(join(tmpdir(), 'memory-home-'));
  takeIntoMemory(other);
  expect(existsSync(home)).toBe(false);
  forgetMemory(other);
  rmSync(other, { recursive: true });
});
