/**
 * Checks of data-quality rules: what the shape of a rule alone does not say.
 * @module
 */
import type { DefinitionProblem, FieldPath } from './problem.ts';
import type { QualityText, TableText } from './schema.ts';
import type { YamlDocument } from './yaml-document.ts';

/** Checks the rules of a table; `at` is the path of the table. */
export const checkQualityRules = (
  document: YamlDocument,
  at: FieldPath,
  table: TableText,
): DefinitionProblem[] => {
  const names = new Set<string>();
  return table.quality.flatMap((rule, index) => {
    const path = [...at, 'quality', index];
    const wrong = [
      ...(names.has(rule.rule) ? [{ field: 'rule', message: duplicate(rule.rule) }] : []),
      ...checkRule(rule, table),
    ];
    names.add(rule.rule);
    return wrong.map(({ field, message }) => document.problemAt([...path, field], message));
  });
};

interface Wrong {
  readonly field: string;
  readonly message: string;
}

const duplicate = (rule: string): string =>
  `"${rule}" is the name of another rule of this table; the report could not tell them apart, so choose another.`;

const checkRule = (rule: QualityText, { kind, key }: TableText): readonly Wrong[] => [
  ...(kind === 'heartbeat' || kind === 'reference'
    ? [{ field: 'rule', message: `has no effect in a ${kind} table; remove it.` }]
    : []),
  ...(rule.severity === 'fix' && rule.fix === undefined
    ? [
        {
          field: 'severity',
          message:
            'is fix without a remedy; add fix: clear, upper, lower, digits, single-space or { value: <text> }.',
        },
      ]
    : []),
  ...(rule.severity !== 'fix' && rule.fix !== undefined
    ? [
        {
          field: 'fix',
          message: 'has an effect with severity: fix only; remove it or change the severity.',
        },
      ]
    : []),
  ...(rule.severity === 'fix' && key.includes(rule.column)
    ? [
        {
          field: 'column',
          message: 'is part of the primary key, which cannot be changed; use warn or quarantine.',
        },
      ]
    : []),
  ...checkBounds(rule),
];

const checkBounds = (rule: QualityText): readonly Wrong[] => {
  if (rule.check === 'date') return boundsProblem('from', 'to', rule.from, rule.to);
  if (rule.check !== 'length' && rule.check !== 'number') return [];
  return boundsProblem('min', 'max', rule.min, rule.max);
};

const boundsProblem = <Bound extends string | number>(
  low: string,
  high: string,
  from: Bound | undefined,
  to: Bound | undefined,
): readonly Wrong[] => {
  if (from === undefined && to === undefined)
    return [{ field: 'check', message: `has no bounds; add ${low}, ${high} or both.` }];
  return from !== undefined && to !== undefined && from > to
    ? [
        {
          field: low,
          message: `is above ${high}, so every value breaks the rule; exchange the two.`,
        },
      ]
    : [];
};
