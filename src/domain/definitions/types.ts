/**
 * Definitions: what a platform team writes so that a source, an identifier rule or a view exists.
 *
 * These are the compiled shapes, checked and complete; the YAML under `definitions/` is compiled into one
 * {@link Definitions} value, whose canonical JSON is stored under its SHA-256.
 * @module
 */
import type { AccessPolicy } from './access-file.ts';

/** Market of a source or row: decides phone region, and the default time zone and currency. */
export type Region = 'CN' | 'HK' | 'MO' | 'SG';

/** Everything that the functions need to know, compiled from the `definitions/` folder. */
export interface Definitions {
  readonly sources: Readonly<Record<string, SourceDefinition>>;
  readonly namespaces: Readonly<Record<string, NamespaceDefinition>>;
  readonly view: ViewDefinition;
  /** Who may see what; without it, a scope is all that is asked. */
  readonly access?: AccessPolicy;
}

/** Database engines whose log positions the decoder can order. */
export type Engine = 'postgresql' | 'mysql' | 'oracle' | 'sqlserver';

/** One captured system. */
export interface SourceDefinition {
  readonly source: string;
  readonly engine: Engine;
  readonly region: Region;
  /** IANA time zone of times without a zone. */
  readonly timeZone: string;
  /** ISO 4217 currency of amounts without one. */
  readonly currency: string;
  /** Load generation, 1 to 9999; column `_c360_gen` of a record overrides it. */
  readonly generation: number;
  /**
   * What orders the changes of a row: the log position (when absent), or column `_c360_seq`, which DMS fills from
   * `$AR_H_CHANGE_SEQ`. The two have no common order, so changing this needs a new generation.
   */
  readonly position?: 'stream-position' | 'change-sequence';
  /** `api`: the source feeds the stream through our own API; nothing captures it and nobody waits for it. */
  readonly fedBy?: 'api';
  readonly party: '1st' | '2nd' | '3rd';
  /** Whether rows of this source alone may make a customer. */
  readonly mayCreateCustomer: boolean;
  readonly brand?: CodeColumn;
  readonly tables: Readonly<Record<string, TableDefinition>>;
}

/**
 * What a table's rows are: `party` describes a customer, `fact` and `event` refer to one, `heartbeat` only moves
 * freshness, `reference` (stock, order lines) is archived and otherwise acknowledged.
 */
export type RowKind = 'party' | 'fact' | 'event' | 'heartbeat' | 'reference';

/** One captured table. */
export interface TableDefinition {
  readonly table: string;
  /** Primary key columns, in order. */
  readonly key: readonly string[];
  readonly kind: RowKind;
  /** What a fact is (`order`, `return`, `points`, `coupon`, `case`, …) or `party`; views refer to it. */
  readonly as: string;
  /** `false`: a row uses only its identifier of highest priority and never links two. */
  readonly evidence: boolean;
  readonly identifiers: readonly IdentifierRule[];
  readonly fields: Readonly<Record<string, FieldMapping>>;
}

/** Where a table holds an identifier. */
export interface IdentifierRule {
  readonly namespace: string;
  readonly column: string;
  /** Whether the source has verified the value (an SMS code, a scanned card), not merely typed it. */
  readonly verified: boolean;
  /** Scope of the value inside its namespace, e.g. the WeChat app id of an openid. */
  readonly scope?: TextOrColumn;
  /** Region of a phone number without country code; the source's region when absent. */
  readonly region?: CodeColumn;
  /** The source's codes for the product's values (gender); a code that is not listed is no identifier. */
  readonly map?: Readonly<Record<string, string>>;
}

/** A literal, or the value of a column. */
export type TextOrColumn = { readonly value: string } | { readonly column: string };

/** A column whose codes are mapped to the product's own; an unmapped code counts as absent. */
export interface CodeColumn {
  readonly column: string;
  readonly map: Readonly<Record<string, string>>;
}

/** How a column becomes a field. */
export type FieldMapping =
  | { readonly type: 'text'; readonly column: string }
  | { readonly type: 'integer'; readonly column: string; readonly negate?: boolean }
  | { readonly type: 'boolean'; readonly column: string }
  | { readonly type: 'date'; readonly column: string }
  /**
   * Epoch milliseconds; `zone` applies to values without an offset. DMS prints `Z` after times of columns that have no
   * zone; `wallClock` says that the column is such a one, so that `zone` applies in spite of a `Z`.
   */
  | {
      readonly type: 'time';
      readonly column: string;
      readonly zone: string;
      readonly wallClock?: boolean;
    }
  /** Integer minor units; the amount column is a decimal. */
  | { readonly type: 'money'; readonly column: string; readonly currency: TextOrColumn }
  | ({ readonly type: 'code' } & CodeColumn);

/** How values of a namespace are brought to one form before they are compared. */
export type Normaliser = 'phone' | 'email' | 'opaque' | 'code' | 'date' | 'gender';

/** A kind of identifier, with the rules that protect it from merging strangers. */
export interface NamespaceDefinition {
  readonly namespace: string;
  /** 1 is the strongest; links are accepted in this order. */
  readonly priority: number;
  readonly normalise: Normaliser;
  /** `false`: values never link, they only keep customers apart (a birth date). */
  readonly links: boolean;
  /** How many different values one customer may hold; absent: any number. Counted per scope. */
  readonly limit?: number;
  /** Above this many evidence units a value is shared and links nobody. */
  readonly cap: number;
  /** Normalised values that are placeholders. */
  readonly blocked: readonly string[];
}

/** The customer-360 view: profile fields and measures over facts. */
export interface ViewDefinition {
  readonly profile: readonly ProfileFieldDefinition[];
  readonly measures: readonly MeasureDefinition[];
}

/** A profile field and which source wins when they disagree: the first source listed that has a value. */
export interface ProfileFieldDefinition {
  readonly field: string;
  readonly sources: readonly string[];
}

/** A number kept over the facts of a customer. */
export type MeasureDefinition =
  | { readonly measure: string; readonly of: string; readonly fold: 'count' }
  /** Sum of an integer field. */
  | { readonly measure: string; readonly of: string; readonly fold: 'sum'; readonly field: string }
  /** Sum of a money field, one figure per currency; `minus` names facts that subtract (returns). */
  | {
      readonly measure: string;
      readonly of: string;
      readonly fold: 'money';
      readonly field: string;
      readonly minus?: { readonly of: string; readonly field: string };
    }
  /** Latest of a time field. */
  | {
      readonly measure: string;
      readonly of: string;
      readonly fold: 'latest';
      readonly field: string;
    };
