/**
 * The layers and the order of the stages as rules. ARCHITECTURE: domain ← application ← lambdas, adapters beside it;
 * capture ← identity ← profile ← {serve, activate} ← operate.
 *
 * test/unit/architecture injects one forbidden import per rule and sees it reported.
 * @module
 */

/** Each stage, with the stages it must not know. */
const LATER_STAGES = {
  capture: 'identity|profile|serve|activate|operate',
  identity: 'profile|serve|activate|operate',
  profile: 'serve|activate|operate',
  serve: 'activate|operate',
  activate: 'serve|operate',
};

/**
 * Capture turns a column into an identifier while it maps the row, so it uses the normal forms. They are pure text
 * functions and know nothing of the graph; naming them capture would hide where a new namespace is added.
 */
const NORMAL_FORMS = '^src/domain/identity/(normalise-[a-z]+|identifier)\\.ts$';

const flowsDownstream = ([stage, later]) => ({
  name: `stages-flow-downstream-${stage}`,
  comment: `${stage} comes before ${later.replaceAll('|', ', ')} and does not know them.`,
  severity: 'error',
  from: { path: `^src/(domain|application)/${stage}/` },
  to: {
    path: `^src/(domain|application)/(${later})/`,
    ...(stage === 'capture' && { pathNot: NORMAL_FORMS }),
  },
});

export default {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment:
        'The domain runs anywhere: it imports itself and libraries that compute and do nothing else.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: {
        pathNot:
          '^src/domain/|(^|/)node_modules/(yaml|zod|libphonenumber-js|opencc-js|pinyin-pro|to-jyutping)/',
      },
    },
    {
      name: 'application-knows-the-domain',
      comment: 'Use cases state what they need as ports; adapters and SDKs come in from outside.',
      severity: 'error',
      from: { path: '^src/application/' },
      to: { pathNot: '^src/(application|domain)/' },
    },
    {
      name: 'adapters-do-not-know-entry-points',
      comment: 'What is bound together does not know who binds it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(bin|lambdas|lib|local|test|tools)/' },
    },
    {
      name: 'infrastructure-names-handlers-by-path',
      comment: 'Importing a handler would run it at synthesis.',
      severity: 'error',
      from: { path: '^(bin|lib)/' },
      to: { path: '^lambdas/' },
    },
    {
      name: 'runtime-is-free-of-cdk',
      comment: 'CDK is 100 MB and slow to load; nothing that runs needs it.',
      severity: 'error',
      from: { path: '^(lambdas|local|src)/' },
      to: { path: '(^|/)node_modules/(aws-cdk-lib|cdk-nag|constructs)/' },
    },
    {
      name: 'local-runs-what-deploys',
      comment: 'The local cloud reads templates and bundles; an import would be a second way in.',
      severity: 'error',
      from: { path: '^local/' },
      to: { path: '^(bin|lambdas|lib)/' },
    },
    {
      name: 'runtime-ships-its-dependencies',
      comment: 'A function may only need what is installed without development packages.',
      severity: 'error',
      from: { path: '^(lambdas|src)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    ...Object.entries(LATER_STAGES).map(flowsDownstream),
    {
      name: 'no-cycles',
      comment: 'Modules that need each other are one module.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(cdk\\.out|coverage|node_modules/\\.)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js'],
      conditionNames: ['node', 'import', 'require', 'default'],
      exportsFields: ['exports'],
    },
  },
};
