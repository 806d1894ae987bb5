/**
 * Route selection of an HTTP API.
 *
 * The most specific route wins: literal segments before variables, variables before a greedy one, a named
 * method before ANY, `$default` last. Source: API Gateway Developer Guide, "Routing API requests".
 * @module
 */
import type { RoutePlan } from '../plan/model.ts';

/** The chosen route and the values of its path variables, decoded. */
export interface RouteMatch {
  readonly route: RoutePlan;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface CompiledRoute {
  readonly route: RoutePlan;
  readonly method: string;
  readonly segments: readonly string[];
}

/** Finds the route of a request, or undefined; the path is as sent, without the query. */
export type Router = (method: string, path: string) => RouteMatch | undefined;

/** Compiles the routes of an API. */
export const compileRoutes = (routes: readonly RoutePlan[]): Router => {
  const compiled = routes.filter((route) => route.routeKey !== '$default').map(compileRoute);
  const byRank = compiled.sort((left, right) => compare(rankOf(left), rankOf(right)));
  const fallback = routes.find((route) => route.routeKey === '$default');
  return (method, path) => {
    for (const route of byRank) {
      const pathParameters = parametersOf(route, method, segmentsOf(path));
      if (pathParameters) return { route: route.route, pathParameters };
    }
    return fallback && { route: fallback, pathParameters: {} };
  };
};

const segmentsOf = (path: string): string[] => path.split('/').slice(1);

const compileRoute = (route: RoutePlan): CompiledRoute => {
  const [method = '', path = ''] = route.routeKey.split(' ');
  return { route, method, segments: segmentsOf(path) };
};

/** One digit per segment (0 literal, 1 variable, 2 greedy), then one for the method. */
const rankOf = ({ segments, method }: CompiledRoute): string =>
  [...segments.map(rankOfSegment), method === 'ANY' ? 1 : 0].join('');

const rankOfSegment = (segment: string): number => {
  if (isGreedy(segment)) return 2;
  return isVariable(segment) ? 1 : 0;
};

const compare = (left: string, right: string): number => (left < right ? -1 : Number(left > right));

const parametersOf = (
  { method, segments }: CompiledRoute,
  requestMethod: string,
  requested: readonly string[],
): Record<string, string> | undefined => {
  const greedy = segments.some(isGreedy);
  const fits = greedy ? requested.length >= segments.length : requested.length === segments.length;
  if (!fits || (method !== 'ANY' && method !== requestMethod)) return undefined;
  const pairs = segments.map((segment, index): [string, string] => [
    segment,
    isGreedy(segment) ? requested.slice(index).join('/') : String(requested[index]),
  ]);
  if (!pairs.every(([segment, value]) => agrees(segment, value))) return undefined;
  const variables = pairs.filter(([segment]) => isVariable(segment));
  return Object.fromEntries(
    variables.map(([name, value]) => [nameOf(name), decodeURIComponent(value)]),
  );
};

/** A variable takes anything but nothing; a literal takes itself. */
const agrees = (segment: string, value: string): boolean =>
  isVariable(segment) ? value !== '' : segment === decodeURIComponent(value);

const isVariable = (segment: string): boolean => segment.startsWith('{');

const isGreedy = (segment: string): boolean => segment.endsWith('+}');

const nameOf = (segment: string): string => segment.replace(/^\{|\+?\}$/g, '');
