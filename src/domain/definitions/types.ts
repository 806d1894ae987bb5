/**
 * Definitions: what a platform team writes so that a source, an identifier rule or a view exists.
 *
 * These are the compiled shapes, checked and complete; the YAML under `definitions/` is compiled into one
 * {@link Definitions} value, whose canonical JSON is stored under its SHA-256.
 * @module
 */
import type { MeasureDefinition } from './measure-types.ts';

export type {
  DerivedMeasure,
  FactCondition,
  FactFilter,
  MeasureDefinition,
  RfmSteps,
  StageDays,
} from './measure-types.ts';

import type { DateOrder } from '#domain/identity/matching/birth-date.ts';
import type { MatchRules } from '#domain/identity/matching/match-model.ts';
import type { ColumnRoles } from '#domain/identity/matching/roles.ts';
import type { AccessPolicy } from './access-file.ts';

/** Market of a source or row: decides phone region, and the default time zone and currency. */
export type Region = 'CN' | 'HK' | 'MO' | 'SG';

/** Everything that the functions need to know, compiled from the `definitions/` folder. */
export interface Definitions {
  readonly sources: Readonly<Record<string, SourceDefinition>>;
  readonly namespaces: Readonly<Record<string, NamespaceDefinition>>;
  readonly view: ViewDefinition;
  /** What people should know of fields, by name; a field that is not here has no label. */
  readonly fields?: Readonly<Record<string, FieldInfo>>;
  /** Who may see what; without it, a scope is all that is asked. */
  readonly access?: AccessPolicy;
}

/** A text in both languages of the data dictionary. */
export interface Labels {
  readonly zh: string;
  readonly en: string;
}

/** What people should know of a field; how close it leads to a person is said by the access policy. */
export interface FieldInfo {
  readonly label: Labels;
}

/**
 * What changes come from: a database whose log positions the decoder can order, files that are dropped (`files`), or
 * calls of another system (`webhook`).
 */
export type Engine = 'postgresql' | 'mysql' | 'oracle' | 'sqlserver' | 'files' | 'webhook';

/** How the dropped files of a table are written. */
export interface FileFormat {
  /** Of a CSV file; a comma when absent. */
  readonly delimiter?: string;
  /** UTF-8 when absent. */
  readonly encoding?: 'utf-8' | 'utf-16le' | 'gb18030' | 'big5';
  /** Column by header, for headers that are called otherwise. */
  readonly header?: Readonly<Record<string, string>>;
}

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
  /**
   * What a column means that an update does not carry: in `partial` images it is as it was, in `whole` ones, which
   * leave out nulls, it is null. Absent: partial for party rows and for engines that send changed columns only. A fact
   * of partial images costs a transaction per change.
   */
  readonly images?: 'partial' | 'whole';
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
  /** What columns say about the person, of a party table whose rows are compared where rules score pairs. */
  readonly match?: MatchColumns;
  readonly file?: FileFormat;
  /** Events: how many days they are kept, counted from the time in column `received`; always when absent. */
  readonly retention?: { readonly days: number; readonly received: string };
  /** Data-quality rules, in the order in which they are applied; none when absent. */
  readonly quality?: readonly QualityRule[];
}

/** Columns that say something about the person, and how their texts are read. */
export interface MatchColumns {
  readonly columns: ColumnRoles;
  /** Region of phone numbers without country code. */
  readonly region?: Region;
  /** Of dates that are not written year first. */
  readonly dateOrder: DateOrder;
}

/** What a rule asks of a column; all but `required` let a missing value pass. */
export type QualityCheck =
  | { readonly check: 'required' }
  /** A regular expression that the whole value matches. */
  | { readonly check: 'pattern'; readonly pattern: string }
  | { readonly check: 'one-of'; readonly values: readonly string[] }
  /** Characters. */
  | { readonly check: 'length'; readonly min?: number; readonly max?: number }
  | { readonly check: 'number'; readonly min?: number; readonly max?: number }
  /** Days, both included. */
  | { readonly check: 'date'; readonly from?: string; readonly to?: string };

/** How a value that breaks a rule is put right: `clear` makes it null. */
export type QualityFix = 'clear' | TextForm | { readonly value: string };

/** A data-quality rule over one column. */
export type QualityRule = { readonly rule: string; readonly column: string } & QualityCheck &
  (
    | { readonly severity: 'warn' | 'quarantine' }
    | { readonly severity: 'fix'; readonly fix: QualityFix }
  );

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
  /** Columns with the first and the last day on which the value is the row's; open where there is none. */
  readonly validFrom?: string;
  readonly validTo?: string;
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
export type FieldMapping = FieldSpeech & FieldSource;

/** What a source says of a field besides its value. */
interface FieldSpeech {
  /** The source vouches for the value: it saw a document, it sent a code. Survivorship may ask. */
  readonly verified?: boolean;
}

type FieldSource =
  | { readonly type: 'text'; readonly column: string; readonly normalise?: TextForm }
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

/** A form in which a text is kept. */
export type TextForm = 'upper' | 'lower' | 'digits' | 'single-space';

/** The normal forms. */
export const NORMALISERS = [
  'phone',
  'phone-tail',
  'email',
  'opaque',
  'code',
  'date',
  'gender',
  'id-card',
  'device',
  'name',
  'name-sound',
] as const;

/** How values of a namespace are brought to one form before they are compared. */
export type Normaliser = (typeof NORMALISERS)[number];

/** A kind of identifier, with the rules that protect it from merging strangers. */
export interface NamespaceDefinition {
  readonly namespace: string;
  /** Name for people. */
  readonly label?: Labels;
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
  /**
   * Namespaces whose values together are one value of this one, for a row that has all of them. No column is mapped to it.
   */
  readonly compose?: readonly string[];
  /**
   * Namespaces that bear out a value which somebody merely typed: two units that hold it and also the same value of one
   * of these are linked as if it were verified.
   */
  readonly corroboratedBy?: readonly string[];
  /**
   * Namespaces that its limit gives way to: two units that say different values of this one, but the same value of one of
   * those, may be linked nonetheless. One of the values is then a mistake.
   */
  readonly yieldsTo?: readonly string[];
  /**
   * Namespaces that speak against a link by this one: two units that both hold values of these, but none in common, are not
   * linked by it unless it is borne out.
   */
  readonly opposedBy?: readonly string[];
  /** Values are blocking keys: they never link, but rows that share one are compared by these rules. */
  readonly candidates?: MatchRules;
}

/** The customer-360 view: profile fields and measures over facts. */
export interface ViewDefinition {
  readonly profile: readonly ProfileFieldDefinition[];
  readonly measures: readonly MeasureDefinition[];
  /** IANA time zone that says which day it is; UTC when absent. The day of a fact is that of its source's zone. */
  readonly timeZone?: string;
}

/**
 * Which value of a profile field is shown when rows disagree: that of the first source listed, of the latest change,
 * of most rows, or of a source that vouches for it.
 */
export type SurvivorshipRule =
  | 'source-priority'
  | 'most-recent'
  | 'most-frequent'
  | 'verified-first';

/** A profile field. */
export interface ProfileFieldDefinition {
  readonly field: string;
  /** Sources that may give it, the more trusted first; what the rule leaves open, their order decides. */
  readonly sources: readonly string[];
  /** `source-priority` when absent. */
  readonly rule?: SurvivorshipRule;
  /** Tables whose source vouches for the field, `member.member`. */
  readonly verifiedIn?: readonly string[];
}
