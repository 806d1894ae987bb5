/**
 * Field labels: what every served field is called, whether or not the catalogue names it.
 * @module
 */
import { own } from '#domain/shared/json-safety.ts';
import { FACT_KINDS } from './fact-kinds.ts';
import type { Definitions, Labels } from './types.ts';

/** Labels of a profile field or measure; its own name where the catalogue leaves it out. */
export const fieldLabel = ({ fields = {} }: Definitions, name: string): Labels =>
  own(fields, name)?.label ?? { zh: name, en: name };

/** Labels of a field of facts: what it means in its kind, else what fields of the name are called. */
export const factLabel = (definitions: Definitions, kind: string, field: string): Labels =>
  own(own(FACT_KINDS, kind)?.fields ?? {}, field)?.label ?? fieldLabel(definitions, field);
