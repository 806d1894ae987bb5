/**
 * Compilation: the files of a definitions folder become one checked, complete value, or a list of what to correct.
 *
 * All problems of shape are reported together; what files say about each other is checked once every file is whole.
 * The result equals its own canonical JSON read back, so a function that reads the stored JSON holds the same value.
 * @module
 */
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { AccessFile, type AccessPolicy, checkAccess } from './access-file.ts';
import { checkFields } from './check-fields.ts';
import { checkIdentity } from './check-identity.ts';
import { checkShape } from './check-shape.ts';
import { checkSource, checkSourcesAreUnique, type SourceWithFile } from './check-sources.ts';
import { checkView } from './check-view.ts';
import { compileSource, defined, mapValues } from './compile-source.ts';
import { ModelFile, type ModelText } from './match-schema.ts';
import { checkMatchColumns, checkMatching, compileMatching } from './matching.ts';
import type { DefinitionProblem } from './problem.ts';
import {
  FieldsFile,
  type FieldsText,
  IdentityFile,
  type IdentityText,
  SourceFile,
  type SourceText,
  ViewFile,
  type ViewText,
} from './schema.ts';
import type { Definitions, NamespaceDefinition, ViewDefinition } from './types.ts';
import { type DefinitionFile, parseYaml, type YamlDocument } from './yaml-document.ts';

/**
 * Compiles a definitions folder.
 * @param files all its files, in any order: `sources/*.yaml`, `identity.yaml`, `views/customer-360.yaml`, and
 *   `fields.yaml` and `models/*.json` where there are some
 * @returns the definitions, or every problem found, by file and line
 */
export const compileDefinitions = (
  files: readonly DefinitionFile[],
): Result<Definitions, readonly DefinitionProblem[]> => {
  const shaped = checkShapes([...files].sort((a, b) => (a.path < b.path ? -1 : 1)));
  if (!shaped.ok) return failure(inOrder(shaped.error));
  const problems = checkMeaning(shaped.value);
  if (problems.length > 0) return failure(inOrder(problems));
  return success(JSON.parse(canonicalJson(assemble(shaped.value))) as Definitions);
};

interface WithFile<Text> {
  readonly document: YamlDocument;
  readonly text: Text;
}

interface Folder {
  readonly sources: readonly SourceWithFile[];
  readonly identity: WithFile<IdentityText>;
  readonly models: readonly WithFile<ModelText>[];
  readonly view: WithFile<ViewText>;
  readonly fields?: WithFile<FieldsText>;
  readonly access?: WithFile<AccessPolicy>;
}

const SOURCE_PATH = /^sources\/[^/]+\.ya?ml$/;
const IDENTITY_PATH = /^identity\.ya?ml$/;
const FIELDS_PATH = /^fields\.ya?ml$/;
const VIEW_PATH = /^views\/customer-360\.ya?ml$/;
const MODEL_PATH = /^models\/[^/]+\.json$/;
const ACCESS_PATH = /^policies\/access\.ya?ml$/;

const checkShapes = (
  files: readonly DefinitionFile[],
): Result<Folder, readonly DefinitionProblem[]> => {
  const problems: DefinitionProblem[] = files
    .filter(({ path }) => !isKnownPath(path))
    .map(misplaced);
  const read = <Text>(pattern: RegExp, check: (document: YamlDocument) => Checked<Text>) =>
    files
      .filter(({ path }) => pattern.test(path))
      .map(parseYaml)
      .flatMap((document): readonly WithFile<Text>[] => {
        const checked = check(document);
        if (checked.ok) return [{ document, text: checked.value }];
        problems.push(...checked.error);
        return [];
      });
  const sources = read(SOURCE_PATH, (document) => checkShape(SourceFile, document));
  const [identity] = read(IDENTITY_PATH, (document) => checkShape(IdentityFile, document));
  const models = read(MODEL_PATH, (document) => checkShape(ModelFile, document));
  const [view] = read(VIEW_PATH, (document) => checkShape(ViewFile, document));
  const [fields] = read(FIELDS_PATH, (document) => checkShape(FieldsFile, document));
  const [access] = read(ACCESS_PATH, (document) => checkShape(AccessFile, document));
  problems.push(...missingFiles(files));
  if (problems.length > 0 || identity === undefined || view === undefined) return failure(problems);
  return success({
    sources,
    identity,
    models,
    view,
    ...(fields && { fields }),
    ...(access && { access }),
  });
};

type Checked<Text> = Result<Text, readonly DefinitionProblem[]>;

const isKnownPath = (path: string): boolean =>
  [SOURCE_PATH, IDENTITY_PATH, MODEL_PATH, FIELDS_PATH, VIEW_PATH, ACCESS_PATH].some((pattern) =>
    pattern.test(path),
  );

const misplaced = ({ path }: DefinitionFile): DefinitionProblem =>
  wholeFile(
    path,
    'This file has no meaning here; definitions are sources/*.yaml, identity.yaml, models/*.json, fields.yaml, views/customer-360.yaml and policies/access.yaml.',
  );

const wholeFile = (file: string, message: string): DefinitionProblem => ({
  file,
  line: 1,
  field: '',
  message,
});

const missingFiles = (files: readonly DefinitionFile[]): DefinitionProblem[] =>
  [
    {
      pattern: SOURCE_PATH,
      file: 'sources/',
      message: 'There is no source; add a file sources/<source>.yaml.',
    },
    {
      pattern: IDENTITY_PATH,
      file: 'identity.yaml',
      message: 'The file is missing; add it with its namespaces.',
    },
    {
      pattern: VIEW_PATH,
      file: 'views/customer-360.yaml',
      message: 'The file is missing; add it with profile and measures.',
    },
  ]
    .filter(({ pattern }) => !files.some(({ path }) => pattern.test(path)))
    .map(({ file, message }) => wholeFile(file, message));

const checkMeaning = ({
  sources,
  identity,
  models,
  view,
  fields,
  access,
}: Folder): readonly DefinitionProblem[] => [
  ...checkSourcesAreUnique(sources),
  ...checkIdentity(identity.document, identity.text),
  ...checkMatching(identity, models),
  ...sources.flatMap((source) => checkSource(source, identity.text.namespaces)),
  ...sources.flatMap((source) => checkMatchColumns(source, identity.text)),
  ...checkView(
    view.document,
    view.text,
    sources.map(({ text }) => text),
  ),
  ...(fields
    ? checkFields(
        fields.document,
        fields.text,
        sources.map(({ text }) => text),
        view.text,
      )
    : []),
  ...(access
    ? checkAccess(access.document, access.text, {
        sources: sources.map(({ text }) => text.source),
        measures: Object.keys(view.text.measures),
      })
    : []),
];

const assemble = ({ sources, identity, models, view, fields, access }: Folder): Definitions => ({
  sources: Object.fromEntries(sources.map(({ text }) => [text.source, compileSource(text)])),
  namespaces: {
    ...mapValues(identity.text.namespaces, compileNamespace),
    ...compileMatching(identity.text, models),
  },
  view: compileView(
    view.text,
    sources.map(({ text }) => text),
  ),
  ...(fields && { fields: fields.text.fields }),
  ...(access && { access: access.text }),
});

const compileNamespace = (
  {
    limit,
    label,
    blocked,
    compose,
    corroboratedBy,
    yieldsTo,
    opposedBy,
    ...stated
  }: IdentityText['namespaces'][string],
  namespace: string,
): NamespaceDefinition => ({
  namespace,
  ...stated,
  ...(limit === undefined ? {} : { limit }),
  ...(label === undefined ? {} : { label }),
  ...(compose === undefined ? {} : { compose }),
  ...(corroboratedBy === undefined ? {} : { corroboratedBy }),
  ...(yieldsTo === undefined ? {} : { yieldsTo }),
  ...(opposedBy === undefined ? {} : { opposedBy }),
  blocked: [...new Set(blocked)].sort(),
});

/** In the order of names: moving lines about in a file changes nothing. */
const compileView = (
  { profile, measures, timeZone }: ViewText,
  sources: readonly SourceText[],
): ViewDefinition => ({
  ...(timeZone === undefined ? {} : { timeZone }),
  profile: byName(profile).map(([field, rule]) => {
    const verifiedIn = tablesVouchingFor(field, sources);
    return { ...defined({ field, ...rule }), ...(verifiedIn.length > 0 ? { verifiedIn } : {}) };
  }),
  measures: byName(measures).map(([measure, rule]) => ({
    measure,
    ...rule,
  })) as ViewDefinition['measures'],
});

const tablesVouchingFor = (field: string, sources: readonly SourceText[]): readonly string[] =>
  sources
    .flatMap(({ source, tables }) =>
      Object.entries(tables).flatMap(([name, { kind, fields }]) =>
        kind === 'party' && fields[field]?.verified === true ? [`${source}.${name}`] : [],
      ),
    )
    .sort();

const byName = <Value>(record: Readonly<Record<string, Value>>): [string, Value][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const inOrder = (problems: readonly DefinitionProblem[]): readonly DefinitionProblem[] =>
  [...problems].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
