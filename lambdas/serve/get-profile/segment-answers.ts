/**
 * Answers of the routes that are compatible with Segment's Profile API.
 * @module
 */
import type { ActivityPorts } from '#application/serve/list-activity.ts';
import {
  readSegmentProfile,
  SEGMENT_PARTS,
  type SegmentPart,
  type SegmentRequest,
} from '#application/serve/segment-profile.ts';
import { segmentOperationId } from '#domain/serve/route-shapes.ts';
import { SEGMENT_PAGES } from '#domain/serve/schemas-segment.ts';
import { success } from '#domain/shared/result.ts';
import type { AnswerOperation, ApiRequest } from '../../shared/api.ts';

/** The answer of every part. */
export const segmentAnswers = (
  ports: () => Promise<ActivityPorts>,
): Readonly<Record<string, AnswerOperation>> =>
  Object.fromEntries(
    SEGMENT_PARTS.map((part): [string, AnswerOperation] => [
      segmentOperationId(part),
      async (request) => {
        const read = await readSegmentProfile(await ports(), segmentRequest(part, request));
        return read.ok ? success({ body: read.value }) : read;
      },
    ]),
  );

const segmentRequest = (part: SegmentPart, request: ApiRequest): SegmentRequest => {
  const { parameters, query, caller, headers, requestId, operation } = request;
  const text = (name: string) => query[name] as string | undefined;
  return {
    requestId,
    operation: operation.id,
    caller,
    purpose: headers['x-purpose'],
    space: parameters['space'] ?? '',
    id: parameters['id'] ?? '',
    part,
    limit: Number(query['limit'] ?? SEGMENT_PAGES[part]),
    next: text('next'),
    include: text('include')?.split(','),
    exclude: text('exclude')?.split(','),
    traitClass: text('class') as SegmentRequest['traitClass'],
    verbose: query['verbose'] === 'true',
    start: instant(text('start')),
    end: instant(text('end')),
    sort: query['sort'] === 'asc' ? 'asc' : 'desc',
  };
};

const instant = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);
