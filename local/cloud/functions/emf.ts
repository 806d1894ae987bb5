/**
 * Reads CloudWatch's embedded metric format from a line of a function's output.
 *
 * A function states its metrics as one JSON line; `_aws.CloudWatchMetrics` says which members are metrics and
 * which are dimensions. Source: CloudWatch User Guide, "Embedded metric format specification".
 * @module
 */
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';
import type { Dimensions, Sample } from './metrics.ts';

/** The samples in a line of output; none when the line is no metric line. */
export const samplesIn = (line: string): readonly Sample[] => {
  if (!line.startsWith('{') || !line.includes('"_aws"')) return [];
  const document = parse(line);
  const header = document?.['_aws'];
  const directives = isJsonObject(header) ? header['CloudWatchMetrics'] : undefined;
  if (!document || !Array.isArray(directives)) return [];
  return directives.filter(isJsonObject).flatMap((directive) => samplesOf(document, directive));
};

const parse = (line: string): JsonObject | undefined => {
  try {
    const document: unknown = JSON.parse(line);
    return isJsonObject(document) ? document : undefined;
  } catch {
    return undefined;
  }
};

const samplesOf = (document: JsonObject, directive: JsonObject): Sample[] => {
  const names = listOf(directive['Metrics']).flatMap((it) => (isJsonObject(it) ? it['Name'] : []));
  return listOf(directive['Dimensions']).flatMap((set) =>
    names.flatMap((name) =>
      numbersOf(document[String(name)]).map((value) => ({
        namespace: String(directive['Namespace']),
        name: String(name),
        dimensions: dimensionsOf(document, listOf(set)),
        value,
      })),
    ),
  );
};

const dimensionsOf = (document: JsonObject, names: readonly Json[]): Dimensions =>
  Object.fromEntries(names.map((name) => [String(name), String(document[String(name)])]));

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const numbersOf = (value: Json | undefined): number[] =>
  [value].flat().filter((it) => typeof it === 'number');
