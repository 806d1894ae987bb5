/**
 * Resolves the intrinsic functions of CloudFormation over a whole assembly, exports included.
 *
 * Values are resolved when asked for, so a reference that only a VPC or an alarm needs never has to have
 * an answer here. `AWS::NoValue` is `undefined` and takes the property or list element with it.
 * Source: AWS CloudFormation User Guide, "Intrinsic function reference".
 * @module
 */
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';
import { ACCOUNT_ID, attributeOf, generatedName, namePropertyOf, refOf } from './physical.ts';
import {
  type Assembly,
  type LocatedResource,
  type Stack,
  TemplateError,
  type TemplateResource,
} from './types.ts';
import {
  at,
  type Export,
  exportsOf,
  inside,
  listOf,
  type Place,
  parameterValue,
  textOf,
} from './values.ts';

/** A resolved value; `undefined` stands for `AWS::NoValue`. */
export type Resolved = Json | undefined;

type Intrinsic = (argument: Json, place: Place) => Resolved;

/** The Region used when neither the caller nor the assembly names one. */
const DEFAULT_REGION = 'us-east-1';

/** Resolves values of one assembly; holds no state besides it. */
export class Resolver {
  readonly region: string;
  readonly #assembly: Assembly;
  readonly #exports: ReadonlyMap<string, Export>;

  readonly #intrinsics: Readonly<Record<string, Intrinsic>> = {
    Ref: (argument, place) => this.#ref(textOf(argument, place), place),
    'Fn::GetAtt': (argument, place) => this.#getAtt(argument, place),
    'Fn::Join': (argument, place) => this.#join(argument, place),
    'Fn::Sub': (argument, place) => this.#sub(argument, place),
    'Fn::Select': (argument, place) => this.#select(argument, place),
    'Fn::Split': (argument, place) => this.#split(argument, place),
    'Fn::If': (argument, place) => this.#if(argument, place),
    'Fn::FindInMap': (argument, place) => this.#findInMap(argument, place),
    'Fn::ImportValue': (argument, place) => this.#importValue(argument, place),
    'Fn::Base64': (argument, place) => Buffer.from(this.#text(argument, place)).toString('base64'),
    'Fn::GetAZs': () => ['a', 'b', 'c'].map((zone) => `${this.region}${zone}`),
  };

  constructor(assembly: Assembly, region?: string) {
    this.#assembly = assembly;
    this.region = region ?? assembly.stacks.find((stack) => stack.region)?.region ?? DEFAULT_REGION;
    this.#exports = exportsOf(assembly);
  }

  /** Every resource whose condition holds, in the order of the stacks. */
  resources(): readonly LocatedResource[] {
    return this.#assembly.stacks.flatMap((stack) =>
      Object.entries(stack.template.Resources ?? {})
        .filter(([logicalId, resource]) => this.#exists(stack, logicalId, resource))
        .map(([logicalId, resource]) => ({ stack, logicalId, resource })),
    );
  }

  /** The physical name of a resource: the one its template chose, or the generated one. */
  nameOf(located: LocatedResource): string {
    const { stack, logicalId, resource } = located;
    const property = namePropertyOf(resource.Type);
    const chosen = property === undefined ? undefined : resource.Properties?.[property];
    if (chosen === undefined) return generatedName(located);
    const place = { stack, logicalId, path: ['Properties', String(property)] };
    const name = this.resolve(chosen, place);
    return name === undefined ? generatedName(located) : textOf(name, place);
  }

  /** The value that Ref answers for a resource. */
  refOf(located: LocatedResource): string {
    return refOf(located.resource.Type, this.#named(located));
  }

  /** The value that Fn::GetAtt answers for a resource, or undefined when it has no such attribute. */
  attributeOf(located: LocatedResource, attribute: string): string | undefined {
    return attributeOf(located.resource.Type, this.#named(located), attribute);
  }

  /**
   * Resolves a value and everything in it.
   * @throws {@link TemplateError} naming stack, logical id and path of what has no answer
   */
  resolve(value: Json, place: Place): Resolved {
    if (Array.isArray(value)) return this.#list(value, place);
    if (!isJsonObject(value)) return value;
    const [name, ...others] = Object.keys(value);
    if (name !== undefined && others.length === 0) {
      const intrinsic = this.#intrinsics[name];
      if (intrinsic) return intrinsic(value[name] as Json, inside(place, name));
      if (name.startsWith('Fn::'))
        throw new TemplateError(at(place), `${name} is not supported by the local cloud`);
    }
    return this.#object(value, place);
  }

  #list(values: readonly Json[], place: Place): Json[] {
    return values
      .map((value, index) => this.resolve(value, inside(place, String(index))))
      .filter((value) => value !== undefined);
  }

  #object(value: JsonObject, place: Place): JsonObject {
    const entries = Object.entries(value).flatMap(([name, member]): [string, Json][] => {
      const resolved = this.resolve(member, inside(place, name));
      return resolved === undefined ? [] : [[name, resolved]];
    });
    return Object.fromEntries(entries);
  }

  #named(located: LocatedResource) {
    return { name: this.nameOf(located), region: this.region, logicalId: located.logicalId };
  }

  #exists(stack: Stack, logicalId: string, resource: TemplateResource): boolean {
    if (resource.Condition === undefined) return true;
    return this.#condition(resource.Condition, { stack, logicalId, path: ['Condition'] });
  }

  #located(logicalId: string, place: Place): LocatedResource {
    const resource = place.stack.template.Resources?.[logicalId];
    if (!resource) throw new TemplateError(at(place), `there is no resource "${logicalId}"`);
    if (!this.#exists(place.stack, logicalId, resource))
      throw new TemplateError(at(place), `the condition of "${logicalId}" does not hold`);
    return { stack: place.stack, logicalId, resource };
  }

  #ref(name: string, place: Place): Resolved {
    if (name.startsWith('AWS::')) return this.#pseudoParameter(name, place);
    const parameter = place.stack.template.Parameters?.[name];
    return parameter
      ? parameterValue(name, parameter, place)
      : this.refOf(this.#located(name, place));
  }

  #pseudoParameter(name: string, place: Place): Resolved {
    const stack = place.stack.name;
    const values: Readonly<Record<string, Resolved>> = {
      'AWS::Region': this.region,
      'AWS::AccountId': ACCOUNT_ID,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack,
      'AWS::StackId': `arn:aws:cloudformation:${this.region}:${ACCOUNT_ID}:stack/${stack}/local`,
      'AWS::NotificationARNs': [],
      'AWS::NoValue': undefined,
    };
    if (!Object.hasOwn(values, name))
      throw new TemplateError(at(place), `there is no pseudo parameter "${name}"`);
    return values[name];
  }

  #getAtt(argument: Json, place: Place): string {
    const parts = typeof argument === 'string' ? argument.split('.') : listOf(argument, place);
    const [logicalId, ...attribute] = parts.map((part) => this.#text(part, place));
    return this.#attribute(String(logicalId), attribute.join('.'), place);
  }

  #attribute(logicalId: string, attribute: string, place: Place): string {
    const located = this.#located(logicalId, place);
    const value = this.attributeOf(located, attribute);
    if (value !== undefined) return value;
    const { Type } = located.resource;
    const reason = `the local cloud knows no attribute "${attribute}" of "${logicalId}" (${Type})`;
    throw new TemplateError(at(place), reason);
  }

  #join(argument: Json, place: Place): string {
    const [separator, values] = listOf(argument, place);
    const parts = listOf(this.resolve(values as Json, place) ?? [], place);
    return parts.map((part) => textOf(part, place)).join(this.#text(separator ?? '', place));
  }

  #sub(argument: Json, place: Place): string {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    const known = isJsonObject(variables) ? variables : {};
    return textOf(text as Json, place).replace(/\$\{([^}]+)\}/g, (_, expression: string) =>
      this.#substitute(expression.trim(), known, place),
    );
  }

  #substitute(expression: string, variables: JsonObject, place: Place): string {
    // `${!Name}` is how a template writes the literal text `${Name}`.
    if (expression.startsWith('!')) return `\${${expression.slice(1)}}`;
    const variable = variables[expression];
    if (variable !== undefined) return this.#text(variable, place);
    const [logicalId, ...attribute] = expression.split('.');
    if (attribute.length > 0) return this.#attribute(String(logicalId), attribute.join('.'), place);
    return textOf(this.#ref(expression, place) ?? '', place);
  }

  #select(argument: Json, place: Place): Resolved {
    const [index, values] = listOf(argument, place);
    const list = listOf(this.resolve(values as Json, place) ?? [], place);
    const chosen = list[Number(this.#text(index as Json, place))];
    if (chosen === undefined) throw new TemplateError(at(place), 'there is no such list element');
    return chosen;
  }

  #split(argument: Json, place: Place): string[] {
    const [separator, text] = listOf(argument, place);
    return this.#text(text as Json, place).split(this.#text(separator as Json, place));
  }

  #if(argument: Json, place: Place): Resolved {
    const [name, whenTrue, whenFalse] = listOf(argument, place);
    const holds = this.#condition(textOf(name as Json, place), place);
    return this.resolve((holds ? whenTrue : whenFalse) as Json, place);
  }

  #findInMap(argument: Json, place: Place): Resolved {
    const [map, first, second] = listOf(argument, place).map((key) => this.#text(key, place));
    const rows = place.stack.template.Mappings?.[String(map)];
    const row = isJsonObject(rows) ? rows[String(first)] : undefined;
    const value = isJsonObject(row) ? row[String(second)] : undefined;
    if (value === undefined)
      throw new TemplateError(at(place), `there is no mapping ${map} › ${first} › ${second}`);
    return value;
  }

  #importValue(argument: Json, place: Place): Resolved {
    const name = this.#text(argument, place);
    const exported = this.#exports.get(name);
    if (!exported) throw new TemplateError(at(place), `no stack of the assembly exports "${name}"`);
    return this.resolve(exported.value, exported.place);
  }

  #condition(name: string, place: Place): boolean {
    const condition = place.stack.template.Conditions?.[name];
    if (condition === undefined)
      throw new TemplateError(at(place), `there is no condition "${name}"`);
    return this.#holds(condition, { ...place, logicalId: name, path: [] });
  }

  #holds(condition: Json, place: Place): boolean {
    const [[operator, argument] = []] = isJsonObject(condition) ? Object.entries(condition) : [];
    const operands = () => listOf(argument as Json, place);
    switch (operator) {
      case 'Condition':
        return this.#condition(textOf(argument as Json, place), place);
      case 'Fn::Equals': {
        const [left, right] = operands().map((operand) => this.#text(operand, place));
        return left === right;
      }
      case 'Fn::Not':
        return !this.#holds(operands()[0] as Json, place);
      case 'Fn::And':
        return operands().every((operand) => this.#holds(operand, place));
      case 'Fn::Or':
        return operands().some((operand) => this.#holds(operand, place));
      default:
        throw new TemplateError(at(place), `"${operator}" is no condition function`);
    }
  }

  #text(value: Json, place: Place): string {
    return textOf(this.resolve(value, place) ?? '', place);
  }
}
