/**
 * Plans of roles: what the policies of a function's role say, in all stacks.
 *
 * A policy that cannot be evaluated here (a condition that nobody has used so far, a managed policy of AWS) is refused like a
 * resource type that nobody has decided about.
 * @module
 */
import { z } from 'zod';
import {
  CONDITION_KEYS,
  type Condition,
  OPERATORS,
  type Statement,
} from '../permissions/policy.ts';
import type { Resolver } from '../template/resolver.ts';
import { type LocatedResource, TemplateError } from '../template/types.ts';
import { readProperties } from './reader.ts';

const oneOrMany = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const CONDITIONS = z
  .partialRecord(z.enum(OPERATORS), z.partialRecord(z.enum(CONDITION_KEYS), oneOrMany))
  .transform((operators) =>
    Object.entries(operators).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({ operator, key, values }) as Condition),
    ),
  );

const STATEMENT = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Action: oneOrMany,
    Resource: oneOrMany,
    Condition: CONDITIONS.optional(),
  })
  .transform(
    ({ Effect, Action, Resource, Condition: conditions = [] }): Statement => ({
      effect: Effect,
      actions: Action,
      resources: Resource,
      conditions,
    }),
  );

const DOCUMENT = z.object({ Statement: z.array(STATEMENT) });

const POLICY = z.object({ PolicyDocument: DOCUMENT });
const ATTACHED = z.object({ Roles: z.array(z.string()).default([]) });
const ROLE = z.object({
  ManagedPolicyArns: z.array(z.never()).default([]),
  Policies: z.array(POLICY).default([]),
});

const POLICY_TYPES: readonly string[] = ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy'];

/**
 * The statements of all policies of a function's role.
 * @param arn as the function's `Role` says it
 * @throws {@link TemplateError} for a role that no stack has, or a policy that is not evaluated here
 */
export const planRole = (
  resolver: Resolver,
  { stack, logicalId }: LocatedResource,
  arn: string,
  everything: readonly LocatedResource[],
): readonly Statement[] => {
  const role = everything.find(
    (it) => it.resource.Type === 'AWS::IAM::Role' && resolver.attributeOf(it, 'Arn') === arn,
  );
  if (!role) {
    const place = { stack: stack.name, logicalId, path: ['Properties', 'Role'] };
    throw new TemplateError(place, `no stack of the assembly has the role "${arn}"`);
  }
  const name = resolver.nameOf(role);
  const attached = everything.filter(
    (it) =>
      POLICY_TYPES.includes(it.resource.Type) &&
      readProperties(resolver, it, ATTACHED).Roles.includes(name),
  );
  return [
    ...readProperties(resolver, role, ROLE).Policies,
    ...attached.map((it) => readProperties(resolver, it, POLICY)),
  ].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
};
