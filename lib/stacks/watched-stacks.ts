/**
 * Watched stacks: the functions of the pipeline by what is expected of them, for alarms, dashboard and acknowledgements.
 * @module
 */

import type { StageFunction } from '../constructs/stage-function.ts';
import type { CaptureStack } from './capture-stack.ts';
import type { DataStack } from './data-stack.ts';
import type { IdentityStack } from './identity-stack.ts';
import type { ProfileStack } from './profile-stack.ts';
import type { ServeStack } from './serve-stack.ts';

/** Every stack but the one that watches. */
export interface WatchedStacks {
  readonly data: DataStack;
  readonly capture: CaptureStack;
  readonly identity: IdentityStack;
  readonly profile: ProfileStack;
  readonly serve: ServeStack;
}

/** Readers of a stream, in flow order. */
export const streamReaders = ({
  capture,
  identity,
  profile,
  serve,
}: WatchedStacks): readonly StageFunction[] => [
  capture.archiveChanges,
  identity.resolveIdentity,
  profile.maintainView,
  serve.chainAudit,
];

/** Every function, in flow order. */
export const allFunctions = (stacks: WatchedStacks): readonly StageFunction[] => [
  ...streamReaders(stacks),
  stacks.capture.importFile,
  stacks.serve.getProfile,
  stacks.serve.recordConsent,
  stacks.serve.listSources,
  stacks.serve.describeApi,
  stacks.serve.authorizeKey,
  stacks.serve.acceptEvents,
  stacks.serve.answerRights,
];
