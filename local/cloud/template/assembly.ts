/**
 * Loads a synthesized CDK assembly (`cdk.out`) from disk.
 *
 * The manifest names one template, one asset manifest and one metadata file per stack; stages stand in
 * assemblies of their own below it. Nothing here interprets a template.
 * Source: aws-cdk-lib 2.276, cloud assembly schema 55.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Assembly, Stack, Template } from './types.ts';

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly dependencies?: readonly string[];
  readonly additionalMetadataFile?: string;
  readonly metadata?: Metadata;
  readonly properties?: Readonly<Record<string, unknown>>;
}

type Metadata = Readonly<Record<string, readonly { type: string; data?: unknown }[]>>;

interface AssetManifest {
  readonly files?: Readonly<Record<string, AssetFile>>;
}

interface AssetFile {
  readonly source?: { readonly path?: string };
  readonly destinations?: Readonly<Record<string, { readonly objectKey?: string }>>;
}

/**
 * Reads an assembly.
 * @param directory the folder that `cdk synth` wrote
 * @throws Error when the folder holds no assembly
 */
export const loadAssembly = (directory: string): Assembly => {
  const root = resolve(directory);
  if (!existsSync(join(root, 'manifest.json')))
    throw new Error(`${root} holds no synthesized CDK assembly: run "npx cdk synth" first`);
  return { directory: root, stacks: stacksOf(root) };
};

const readJson = <Shape>(path: string): Shape => JSON.parse(readFileSync(path, 'utf8')) as Shape;

const stacksOf = (root: string): Stack[] => {
  const { artifacts } = readJson<{ artifacts: Record<string, Artifact> }>(
    join(root, 'manifest.json'),
  );
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    if (artifact.type === 'aws:cloudformation:stack') return [readStack(root, id, artifacts)];
    const nested = artifact.properties?.['directoryName'];
    return artifact.type === 'cdk:cloud-assembly' ? stacksOf(join(root, String(nested))) : [];
  });
};

const readStack = (root: string, id: string, artifacts: Record<string, Artifact>): Stack => {
  const artifact = artifacts[id] as Artifact;
  return {
    name: String(artifact.properties?.['stackName'] ?? id),
    region: regionOf(artifact.environment),
    template: readJson<Template>(join(root, String(artifact.properties?.['templateFile']))),
    assets: assetsOf(root, artifact.dependencies ?? [], artifacts),
    paths: pathsOf(root, artifact),
  };
};

const regionOf = (environment = ''): string | undefined => {
  const region = environment.split('/').at(-1);
  return region === '' || region === 'unknown-region' ? undefined : region;
};

const assetsOf = (
  root: string,
  dependencies: readonly string[],
  artifacts: Record<string, Artifact>,
): ReadonlyMap<string, string> =>
  new Map(
    dependencies
      .map((name) => artifacts[name])
      .filter((artifact) => artifact?.type === 'cdk:asset-manifest')
      .map((artifact) =>
        readJson<AssetManifest>(join(root, String(artifact?.properties?.['file']))),
      )
      .flatMap((manifest) => Object.values(manifest.files ?? {}))
      .flatMap((file) => foldersByKey(root, file)),
  );

const foldersByKey = (root: string, file: AssetFile): [string, string][] =>
  Object.values(file.destinations ?? {}).map(({ objectKey }) => [
    String(objectKey),
    resolve(root, String(file.source?.path)),
  ]);

const pathsOf = (root: string, artifact: Artifact): ReadonlyMap<string, string> => {
  const metadata = artifact.additionalMetadataFile
    ? readJson<Metadata>(join(root, artifact.additionalMetadataFile))
    : (artifact.metadata ?? {});
  const entries = Object.entries(metadata).flatMap(([path, facts]) =>
    facts
      .filter((fact) => fact.type === 'aws:cdk:logicalId')
      .map((fact): [string, string] => [String(fact.data), path]),
  );
  return new Map(entries);
};
