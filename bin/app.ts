/**
 * The CDK app: six stacks in flow order, for the environment that context `environment` names (default `dev`).
 * @module
 */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { acknowledgeFindings } from '../lib/config/acknowledgements.ts';
import { readCaptureSources } from '../lib/config/capture-sources.ts';
import { loadEnvironment } from '../lib/config/environments.ts';
import { CaptureStack } from '../lib/stacks/capture-stack.ts';
import { DataStack } from '../lib/stacks/data-stack.ts';
import { IdentityStack } from '../lib/stacks/identity-stack.ts';
import { OperateStack } from '../lib/stacks/operate-stack.ts';
import { ProfileStack } from '../lib/stacks/profile-stack.ts';
import { ServeStack } from '../lib/stacks/serve-stack.ts';

/** Adds the stacks of one environment to the app, and the checks that fail its synthesis. */
export const composeTributary = (app: App): void => {
  const settings = loadEnvironment(app.node);
  const sources = readCaptureSources(app.node);
  const name = (stage: string) => `Tributary-${settings.name}-${stage}`;
  const props = { env: settings.env, settings };

  const data = new DataStack(app, name('Data'), props);
  const capture = new CaptureStack(app, name('Capture'), { ...props, data, sources });
  const identity = new IdentityStack(app, name('Identity'), { ...props, data });
  const profile = new ProfileStack(app, name('Profile'), { ...props, data });
  const serve = new ServeStack(app, name('Serve'), { ...props, data });
  const stages = { data, capture, identity, profile, serve };
  const operate = new OperateStack(app, name('Operate'), { ...props, ...stages });

  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  acknowledgeFindings(stages, operate);
};

if (import.meta.main) composeTributary(new App());
