/** What the API shows of a score: how rows agree, and neither which rows they are nor what they say. */
import { expect, test } from 'vitest';
import { presentObstacle } from '#application/serve/present-evidence.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';

test('a score is shown without rows and values', () => {
  const rows = ['crm.member.C0001', 'crm.member.C0002'] as [UnitKey, UnitKey];
  const score = {
    rows,
    weight: -1.5,
    thresholds: { link: 1, review: -2 },
    model: 'a1',
    corroborated: false,
    findings: [
      {
        comparison: 'name',
        level: 'same',
        weight: 2.5,
        values: ['张**', '张**'] as [string, string],
      },
    ],
  };
  expect(presentObstacle({ kind: 'unlike', score })).toEqual({
    kind: 'unlike',
    score: {
      weight: -1.5,
      thresholds: { link: 1, review: -2 },
      model: 'a1',
      corroborated: false,
      findings: [{ comparison: 'name', level: 'same', weight: 2.5 }],
    },
  });
});
