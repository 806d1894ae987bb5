/**
 * Next page: the link to it beside a list (RFC 8288), for clients that follow links and know nothing of cursors.
 * @module
 */
import { isPaged, type Operation } from '#domain/serve/operation.ts';

/**
 * The `link` header of an answer, none on the last page and where there are no pages. Its target is a query alone, relative
 * to the address asked: whatever host and stage stand before it, and the identifier is not said again.
 * @param query the parameters of the request
 * @param body the answer; `cursor.next` says where its next page begins
 */
export const nextPageLink = (
  operation: Operation,
  query: Readonly<Record<string, string | undefined>>,
  body: object | string,
): Readonly<Record<string, string>> => {
  const { cursor } = body as { readonly cursor?: { readonly next?: string | null } };
  if (!isPaged(operation) || typeof cursor?.next !== 'string') return {};
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, value);
  parameters.set('cursor', cursor.next);
  return { link: `<?${parameters}>; rel="next"` };
};
