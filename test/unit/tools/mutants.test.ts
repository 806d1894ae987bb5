import { expect, test } from 'vitest';
import { outdatedGuards } from '../../../tools/verify/mutants.ts';

test('the code that every mutant takes out is there', () => {
  expect(outdatedGuards()).toEqual([]);
});
