/**
 * Small readers of template values, and the exports of an assembly: what the resolver is made of.
 * @module
 */
import type { Json, JsonObject } from '#domain/shared/json.ts';
import { type Assembly, type Stack, TemplateError } from './types.ts';

/** Where a value stands: the stack whose names it uses, and the place for error messages. */
export interface Place {
  readonly stack: Stack;
  readonly logicalId: string;
  readonly path: readonly string[];
}

/** An exported value and where it stands. */
export interface Export {
  readonly value: Json;
  readonly place: Place;
}

/** A place in the form that {@link TemplateError} takes. */
export const at = (place: Place) => ({ ...place, stack: place.stack.name });

/** The place one step further in. */
export const inside = (place: Place, step: string): Place => ({
  ...place,
  path: [...place.path, step],
});

/**
 * The value as text; numbers and booleans count as text, as in CloudFormation.
 * @throws {@link TemplateError} for a list or an object
 */
export const textOf = (value: Json, place: Place): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(at(place), 'a string is expected here');
};

/**
 * The value as a list.
 * @throws {@link TemplateError} for anything else
 */
export const listOf = (value: Json, place: Place): readonly Json[] => {
  if (Array.isArray(value)) return value;
  throw new TemplateError(at(place), 'a list is expected here');
};

/**
 * The default of a template parameter.
 * @throws {@link TemplateError} when only an account could tell
 */
export const parameterValue = (name: string, parameter: JsonObject, place: Place): Json => {
  const fallback = parameter['Default'];
  // The default of an SSM parameter is the name to look up in the account, never the value itself.
  if (fallback === undefined || String(parameter['Type']).startsWith('AWS::SSM::'))
    throw new TemplateError(at(place), `parameter "${name}" has no value known without an account`);
  return fallback;
};

/** Every export of an assembly by name, unresolved, with the place where it stands. */
export const exportsOf = (assembly: Assembly): ReadonlyMap<string, Export> =>
  new Map(
    assembly.stacks.flatMap((stack) =>
      Object.entries(stack.template.Outputs ?? {}).flatMap(([logicalId, output]) => {
        const { Export, Value } = output as { Export?: JsonObject; Value: Json };
        const name = Export?.['Name'];
        const place = { stack, logicalId, path: ['Outputs', 'Value'] };
        return typeof name === 'string' ? [[name, { value: Value, place }] as const] : [];
      }),
    ),
  );
