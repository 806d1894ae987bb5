/**
 * A synthesized CDK assembly as data: stacks, their CloudFormation templates and their assets.
 *
 * Only the parts that the local cloud reads are named; everything else stays untyped JSON.
 * @module
 */
import type { Json, JsonObject } from '#domain/shared/json.ts';

/** One resource of a template, before its intrinsic functions are resolved. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly Condition?: string;
  readonly Metadata?: JsonObject;
}

/** The sections of a CloudFormation template that take part in resolution. */
export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, JsonObject>>;
  readonly Conditions?: Readonly<Record<string, Json>>;
  readonly Mappings?: Readonly<Record<string, Json>>;
  readonly Outputs?: Readonly<Record<string, JsonObject>>;
}

/** One stack: its template, where its asset folders are, and the construct path of every logical id. */
export interface Stack {
  readonly name: string;
  /** The Region that the stack names, or undefined when it is environment-agnostic. */
  readonly region: string | undefined;
  readonly template: Template;
  /** S3 object key of an asset (`<hash>.zip`) → absolute folder. */
  readonly assets: ReadonlyMap<string, string>;
  /** Logical id → construct path, `/Tributary-dev-Data/Customer360/Resource`. */
  readonly paths: ReadonlyMap<string, string>;
}

/** Every stack of an assembly, in the order of its manifest. */
export interface Assembly {
  readonly directory: string;
  readonly stacks: readonly Stack[];
}

/** A resource and the stack it stands in. */
export interface LocatedResource {
  readonly stack: Stack;
  readonly logicalId: string;
  readonly resource: TemplateResource;
}

/** Something in a template that the local cloud cannot resolve or does not know. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly stackName: string;
  readonly logicalId: string;
  readonly path: readonly string[];

  constructor(at: { stack: string; logicalId: string; path: readonly string[] }, reason: string) {
    super(`${[at.stack, at.logicalId, ...at.path].join(' › ')}: ${reason}`);
    this.stackName = at.stack;
    this.logicalId = at.logicalId;
    this.path = at.path;
  }
}
