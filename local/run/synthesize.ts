/**
 * Synthesis for the local cloud: the templates and bundles that would be deployed, made again only when something they
 * are made from has changed.
 * @module
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** What templates and bundles are made from, besides the definitions. */
const INPUTS = [
  'bin',
  'lib',
  'lambdas',
  'src',
  'cdk.json',
  'cdk.context.json',
  'package-lock.json',
];

/**
 * Gives the folder of the synthesized assembly. `context` is CDK context besides the environment, such as `callers`.
 * @throws Error with what `cdk synth` said when it fails
 */
export const synthesize = async (
  dataDir: string,
  definitionsDir: string,
  log: (line: string) => void,
  context: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const parent = join(dataDir, 'assemblies');
  const said = { environment: 'local', definitions: definitionsDir, ...context };
  const settings = Object.entries(said).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const inputs = [...INPUTS.map((it) => join(ROOT, it)), definitionsDir];
  const folder = join(parent, digestOf(inputs, settings));
  if (existsSync(join(folder, 'manifest.json'))) return folder;
  log('synthesizing the stacks');
  rmSync(parent, { recursive: true, force: true });
  const made = `${folder}.new`;
  await runCdk(['synth', '-q', '-o', made, ...settings]);
  renameSync(made, folder);
  return folder;
};

const runCdk = async (args: readonly string[]): Promise<void> => {
  const cdk = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
  try {
    await promisify(execFile)(process.execPath, [cdk, ...args], {
      cwd: ROOT,
      maxBuffer: 64 * 1024 * 1024,
      // The app of cdk.json is run by whatever `node` comes first, which must be this one.
      env: { ...process.env, PATH: nodeFirst(), CDK_DISABLE_CLI_TELEMETRY: 'true' },
    });
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    throw new Error(`cdk synth failed:\n${stderr || stdout || String(error)}`);
  }
};

const nodeFirst = (): string =>
  [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);

const digestOf = (paths: readonly string[], settings: readonly string[]): string => {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const path of paths.flatMap(filesOf)) hash.update(path).update(readFileSync(path));
  return hash.digest('hex').slice(0, 24);
};

const filesOf = (path: string): readonly string[] => {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
};
