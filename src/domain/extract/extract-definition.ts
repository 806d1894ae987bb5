/**
 * Extract definition: what the columns of a stranger's files mean, and the rules by which their rows are matched.
 *
 * The mapping is what people write, in `extract.yaml`; the rules are the default ones unless a folder brings its own
 * `rules.yaml`. Both are checked as all definitions are, with the line of what is to be corrected.
 * @module
 */
import * as z from 'zod/mini';
import { checkShape } from '#domain/definitions/check-shape.ts';
import type { DefinitionProblem } from '#domain/definitions/problem.ts';
import type { Region } from '#domain/definitions/types.ts';
import { type DefinitionFile, parseYaml } from '#domain/definitions/yaml-document.ts';
import type { DateOrder } from '#domain/identity/matching/birth-date.ts';
import { type BlockingRule, KEY_PARTS } from '#domain/identity/matching/key-parts.ts';
import { PLAIN_ROLES, parseRole, type Role } from '#domain/identity/matching/roles.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';

/** Mapping of the files of one source. */
export interface FileMapping {
  /** File names, with `*` for any text; absent: all files. */
  readonly files?: readonly string[];
  /** Name of the source, or the column that says it; the file's name when absent. */
  readonly source?: { readonly value: string } | { readonly column: string };
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
      `must be one of ${PLAIN_ROLES.join(', ')}, id.<name>, account.<name>, account.<name> per source or text.<name>.`,
    ),
  );

const mapping = z.strictObject({
  files: z.optional(z.array(z.string())),
  source: z.optional(z.union([z.string(), z.strictObject({ column })])),
  key: z._default(z.array(column), []),
  columns: z.record(column, role),
});

const MappingFile = z.strictObject({
  region: z.optional(z.enum(['CN', 'HK', 'MO', 'SG'])),
  dates: z._default(z.enum(['day-first', 'month-first']), 'month-first'),
  missing: z._default(z.array(z.string()), []),
  sources: z.array(mapping).check(z.minLength(1, 'must have at least one entry.')),
});

const RulesFile = z.strictObject({
  link: z.number(),
  review: z.number(),
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

const fileMapping = ({ files, source, key, columns }: z.infer<typeof mapping>): FileMapping => ({
  ...(files === undefined ? {} : { files }),
  ...(source === undefined
    ? {}
    : { source: typeof source === 'string' ? { value: source } : source }),
  key,
  columns: Object.fromEntries(
    Object.entries(columns).flatMap(([name, text]) => {
      const parsed = parseRole(text);
      return parsed === undefined ? [] : [[name, parsed] as const];
    }),
  ),
});

/** Checks and reads rules. */
export const readRules = (file: DefinitionFile): Checked<ExtractRules> =>
  checkShape(RulesFile, parseYaml(file));
