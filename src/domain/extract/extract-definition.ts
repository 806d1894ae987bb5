/**
 * Extract definition: what the columns of a stranger's files mean, and the rules by which their rows are matched.
 *
 * The mapping is what people write, in `extract.yaml`; the rules are the default ones unless a folder brings its own
 * `rules.yaml`. Both are checked as all definitions are, with the line of what is to be corrected.
 * @module
 */
import * as z from 'zod/mini';
import { checkShape } from '#domain/definitions/check-shape.ts';
import { checkThresholds } from '#domain/definitions/matching.ts';
import type { DefinitionProblem } from '#domain/definitions/problem.ts';
import type { Region } from '#domain/definitions/types.ts';
import { type DefinitionFile, parseYaml } from '#domain/definitions/yaml-document.ts';
import type { DateOrder } from '#domain/identity/matching/birth-date.ts';
import { type BlockingRule, KEY_PARTS } from '#domain/identity/matching/key-parts.ts';
import { PLAIN_ROLES, parseRole, type Role } from '#domain/identity/matching/roles.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';

/** A region, or the column that says it in codes, which are listed in lower case. */
export type RegionRule =
  | { readonly value: Region }
  | { readonly column: string; readonly codes: Readonly<Record<string, Region>> };

/** Mapping of the files of one source. */
export interface FileMapping {
  /** File names, with `*` for any text; absent: all files. */
  readonly files?: readonly string[];
  /** Name of the source, or the column that says it; the file's name when absent. */
  readonly source?: { readonly value: string } | { readonly column: string };
  /** Region of its phone numbers without country code; that of the whole extract when absent. */
  readonly region?: RegionRule;
  /** Columns of the primary key; the record's number when there are none. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, Role>>;
}

/** All that is needed to read an extract. */
export interface ExtractDefinition {
  readonly region?: Region;
  readonly dateOrder: DateOrder;
  /** Texts that mean that there is no value, in lower case. */
  readonly missing: ReadonlySet<string>;
  readonly mappings: readonly FileMapping[];
}

/** Rules by which rows of an extract are matched. */
export interface ExtractRules {
  readonly link: number;
  readonly review: number;
  /** Rows of a file up to which `review` holds; in a larger one only what reaches `link` waits. All when absent. */
  readonly reviewUpTo?: number;
  readonly uncorroborated?: number;
  readonly coherence: number;
  readonly cap: { readonly identifier: number; readonly key: number };
  readonly blocked: Readonly<Record<string, readonly string[]>>;
  readonly keys: readonly BlockingRule[];
}

const column = z.string().check(z.minLength(1, 'must be the name of a column.'));
const role = z
  .string()
  .check(
    z.refine(
      (text) => parseRole(text) !== undefined,
      `must be one of ${PLAIN_ROLES.join(', ')}, id.<name>, account.<name>, account.<name> per source, account.<name> per <column> or text.<name>.`,
    ),
  );

const REGIONS = ['CN', 'HK', 'MO', 'SG'] as const;
const region = z.enum(REGIONS);

const mapping = z.strictObject({
  files: z.optional(z.array(z.string())),
  source: z.optional(z.union([z.string(), z.strictObject({ column })])),
  region: z.optional(
    z.union([region, z.strictObject({ column, map: z.optional(z.record(z.string(), region)) })]),
  ),
  key: z._default(z.array(column), []),
  columns: z.record(column, role),
});

const MappingFile = z.strictObject({
  region: z.optional(region),
  dates: z._default(z.enum(['day-first', 'month-first']), 'month-first'),
  missing: z._default(z.array(z.string()), []),
  sources: z.array(mapping).check(z.minLength(1, 'must have at least one entry.')),
});

const RulesFile = z.strictObject({
  link: z.number(),
  review: z.number(),
  reviewUpTo: z.optional(z.int().check(z.gte(1))),
  uncorroborated: z.optional(z.number()),
  coherence: z.number(),
  cap: z.strictObject({
    identifier: z.int().check(z.gte(1)),
    key: z.int().check(z.gte(2)),
  }),
  blocked: z._default(z.record(z.string(), z.array(z.string())), {}),
  keys: z.array(z.array(z.enum(KEY_PARTS)).check(z.minLength(1))),
});

type Checked<Value> = Result<Value, readonly DefinitionProblem[]>;

/** Texts that mean nothing in any file. */
const MISSING = ['', 'null', '\\n', 'n/a', 'na', 'nan', 'none', '-'];

/** Checks and reads a mapping. */
export const readMapping = (file: DefinitionFile): Checked<ExtractDefinition> => {
  const document = parseYaml(file);
  const shaped = checkShape(MappingFile, document);
  if (!shaped.ok) return shaped;
  const { region, dates, missing, sources } = shaped.value;
  const unknown = sources.flatMap(({ columns }, at) =>
    Object.keys(columns).length > 0
      ? []
      : [document.problemAt(['sources', at, 'columns'], 'must map at least one column.')],
  );
  if (unknown.length > 0) return failure(unknown);
  return success({
    ...(region === undefined ? {} : { region }),
    dateOrder: dates,
    missing: new Set([...MISSING, ...missing.map((text) => text.toLowerCase())]),
    mappings: sources.map(fileMapping),
  });
};

type MappingText = z.infer<typeof mapping>;

const fileMapping = ({ files, source, region, key, columns }: MappingText): FileMapping => ({
  ...(files === undefined ? {} : { files }),
  ...(source === undefined
    ? {}
    : { source: typeof source === 'string' ? { value: source } : source }),
  ...(region === undefined ? {} : { region: regionRule(region) }),
  key,
  columns: Object.fromEntries(
    Object.entries(columns).flatMap(([name, text]) => {
      const parsed = parseRole(text);
      return parsed === undefined ? [] : [[name, parsed] as const];
    }),
  ),
});

const regionRule = (text: NonNullable<MappingText['region']>): RegionRule => {
  if (typeof text === 'string') return { value: text };
  const codes = Object.entries(text.map ?? OWN_CODES);
  return {
    column: text.column,
    codes: Object.fromEntries(codes.map(([code, said]) => [code.toLowerCase(), said])),
  };
};

/** Codes of a column without a map. */
const OWN_CODES = Object.fromEntries(REGIONS.map((code) => [code, code]));

/** The columns that a mapping names, each once. */
export const columnsRead = ({ source, region, key, columns }: FileMapping): readonly string[] => {
  const scopes = Object.values(columns).flatMap((role) =>
    role.kind === 'account' && typeof role.per === 'object' ? [role.per.column] : [],
  );
  const named = [source, region].flatMap((rule) => (rule && 'column' in rule ? [rule.column] : []));
  return [...new Set([...named, ...key, ...Object.keys(columns), ...scopes])];
};

/** Checks and reads rules. */
export const readRules = (file: DefinitionFile): Checked<ExtractRules> => {
  const document = parseYaml(file);
  const shaped = checkShape(RulesFile, document);
  if (!shaped.ok) return shaped;
  const problems = checkThresholds(document, [], shaped.value);
  if (problems.length > 0) return failure(problems);
  const { uncorroborated, reviewUpTo, ...rules } = shaped.value;
  return success({
    ...rules,
    ...(uncorroborated === undefined ? {} : { uncorroborated }),
    ...(reviewUpTo === undefined ? {} : { reviewUpTo }),
  });
};
