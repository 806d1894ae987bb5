/**
 * Reads the properties of one resource: resolves the named ones only, and checks their shape.
 * @module
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Resolver } from '../template/resolver.ts';
import { type LocatedResource, TemplateError } from '../template/types.ts';
import type { Identity } from './model.ts';

/** A whole number, which CloudFormation also accepts as text. */
export const integer = z.coerce.number().int();

/** A truth value, which CloudFormation also accepts as text. */
export const flag = z.union([
  z.boolean(),
  z.enum(['true', 'false']).transform((it) => it === 'true'),
]);

/**
 * Resolves the properties that a schema names.
 * @throws {@link TemplateError} when one cannot be resolved or has another shape
 */
export const readProperties = <Shape extends z.ZodRawShape>(
  resolver: Resolver,
  located: LocatedResource,
  schema: z.ZodObject<Shape>,
): z.infer<z.ZodObject<Shape>> => {
  const { stack, logicalId, resource } = located;
  const wanted = Object.keys(schema.shape).flatMap((name) => {
    const value = resource.Properties?.[name];
    const place = { stack, logicalId, path: ['Properties', name] };
    const resolved = value === undefined ? undefined : resolver.resolve(value, place);
    return resolved === undefined ? [] : [[name, resolved] as const];
  });
  const parsed = schema.safeParse(Object.fromEntries(wanted));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = ['Properties', ...(issue?.path ?? []).map(String)];
  throw new TemplateError({ stack: stack.name, logicalId, path }, issue?.message ?? 'wrong shape');
};

/** What a resource is called in every vocabulary. */
export const identityOf = (resolver: Resolver, located: LocatedResource): Identity => {
  const { stack, logicalId } = located;
  const name = resolver.nameOf(located);
  return {
    stackName: stack.name,
    logicalId,
    constructId: constructIdOf(stack.paths.get(logicalId), logicalId),
    name,
    arn: resolver.attributeOf(located, 'Arn') ?? resolver.refOf(located),
  };
};

/** What the last step of a path says when it names the part of a construct and not the construct. */
const PARTS: ReadonlySet<string | undefined> = new Set(['Resource', 'Default', 'Function']);

/** CDK writes `/` in a construct id as `--`, and a construct's own resource as a child of it. */
const constructIdOf = (path: string | undefined, logicalId: string): string => {
  const steps = path?.split('/').slice(2) ?? [logicalId];
  while (steps.length > 1 && PARTS.has(steps.at(-1))) steps.pop();
  return steps.join('/').replaceAll('--', '/');
};

/** A UUID that is a function of the text: the same mapping keeps its checkpoints over restarts. */
export const stableUuid = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20, 32)].join('-');
};
