/**
 * Synthesizes the app inside the test process, bundling skipped, with the feature flags of cdk.json.
 *
 * Each test file does this once: importing the library and checking the templates takes seconds.
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { composeTributary } from '../../bin/app.ts';

/** A resource as the template has it. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A template, as far as the tests read it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** The six stages that have a stack. */
export type Stage = 'Data' | 'Capture' | 'Identity' | 'Profile' | 'Serve' | 'Operate';

/** A finding in the validation report. */
export interface Finding {
  readonly ruleName: string;
  readonly acknowledgedId?: string;
  readonly acknowledgedAt?: string;
  readonly reason?: string;
}

/** What one rule pack says. */
export interface PackReport {
  readonly pluginName: string;
  readonly violations: readonly Finding[];
  readonly suppressedViolations: readonly Finding[];
}

/** The result of one synthesis. */
export interface Synthesized {
  readonly app: App;
  readonly templates: Readonly<Record<Stage, Template>>;
  readonly protectedStacks: readonly string[];
  readonly packs: readonly PackReport[];
}

const ROOT = join(import.meta.dirname, '../..');

/** An app with the feature flags of cdk.json, bundling skipped; the context given wins. */
export const newApp = (outdir: string, context: Readonly<Record<string, unknown>> = {}): App => {
  const flags = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context;
  return new App({
    context: { ...flags, 'aws:cdk:bundling-stacks': [], ...context },
    analyticsReporting: false,
    outdir,
  });
};

/** Runs something with a folder that exists only for it. */
export const withFolder = <Value>(use: (folder: string) => Value): Value => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-synth-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Synthesizes all stacks; the context given wins over that of cdk.json. */
export const synthesize = (context: Readonly<Record<string, unknown>> = {}): Synthesized =>
  withFolder((outdir) => {
    const app = newApp(outdir, context);
    composeTributary(app);
    const { stacks } = app.synth();
    const named = stacks.map((stack) => [stack.stackName.split('-').at(-1), stack.template]);
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    return {
      app,
      templates: Object.fromEntries(named),
      protectedStacks: stacks.filter((s) => s.terminationProtection).map((s) => s.stackName),
      packs: report.pluginReports,
    };
  });

/** Resources of a type, as pairs of logical id and resource. */
export const resourcesOf = (template: Template, type: string): readonly [string, Resource][] =>
  Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);

/** Resources of a type in all stacks. */
export const allResources = (
  { templates }: Synthesized,
  type: string,
): readonly [string, Resource][] =>
  Object.values(templates).flatMap((template) => resourcesOf(template, type));
