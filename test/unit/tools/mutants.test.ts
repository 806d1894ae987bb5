import { expect, test } from 'vitest';
import { missingRaces, outdatedGuards, unlistedGuards } from '../../../tools/verify/mutants.ts';

test('the code that every mutant takes out is there, once', () => {
  expect(outdatedGuards()).toEqual([]);
});

test('the races that mutants name are in the catalogue', () => {
  expect(missingRaces()).toEqual([]);
});

test('every guard of identity code has a mutant, or stands among the exceptions', () => {
  expect(unlistedGuards()).toEqual([]);
});
