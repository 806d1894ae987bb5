/**
 * TypeScript types from JSON Schema, for the keywords that the API's schemas use; any other becomes `unknown`.
 * @module
 */
import type { JsonSchema } from '#domain/serve/openapi.ts';

/** The type that a schema describes, as text. */
export const typeOf = (schema: JsonSchema): string => {
  if (Array.isArray(schema['enum']))
    return schema['enum'].map((it) => JSON.stringify(it)).join(' | ');
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['type'])) {
    return schema['type'].map((type: string) => typeOf({ ...schema, type })).join(' | ');
  }
  const options = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(options)) return (options as JsonSchema[]).map(typeOf).join(' | ');
  return namedType(schema);
};

const namedType = (schema: JsonSchema): string => {
  switch (schema['type']) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema['type'];
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly (${typeOf((schema['items'] ?? {}) as JsonSchema)})[]`;
    case 'object':
      return objectType(schema);
    default:
      return 'unknown';
  }
};

const objectType = (schema: JsonSchema): string => {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  const required = new Set((schema['required'] ?? []) as readonly string[]);
  const members = properties.map(([name, property]) => member(name, property, required.has(name)));
  const others = schema['additionalProperties'];
  const isOpen = typeof others === 'object' && others !== null;
  if (isOpen && properties.length === 0) {
    return `Readonly<Record<string, ${typeOf(others as JsonSchema)}>>`;
  }
  return `{ ${[...members, ...(isOpen ? ['readonly [name: string]: unknown'] : [])].join('; ')} }`;
};

const member = (name: string, schema: JsonSchema, isRequired: boolean): string => {
  const about = schema['description'];
  const comment = typeof about === 'string' ? `/** ${about} */ ` : '';
  const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
  return `${comment}readonly ${key}${isRequired ? '' : '?'}: ${typeOf(schema)}${isRequired ? '' : ' | undefined'}`;
};
