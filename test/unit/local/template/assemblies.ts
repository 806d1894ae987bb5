/**
 * Assemblies in memory, for tests of resolution and planning.
 * @module
 */
import type { Json } from '#domain/shared/json.ts';
import type { Assembly, Stack, Template } from '../../../../local/cloud/template/types.ts';

/** A stack with a template; every asset key has a folder, every logical id its own construct path. */
export const stackOf = (name: string, template: Template): Stack => ({
  name,
  region: undefined,
  template,
  assets: new Map([['code.zip', '/assets/code']]),
  paths: new Map(
    Object.keys(template.Resources ?? {}).map((id) => [id, `/${name}/${id}/Resource`]),
  ),
});

/** An assembly of stacks. */
export const assemblyOf = (...stacks: readonly Stack[]): Assembly => ({
  directory: '/assembly',
  stacks,
});

/** A value where CloudFormation expects any JSON. */
export const json = (value: unknown): Json => value as Json;
