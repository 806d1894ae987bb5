/**
 * `npm run synth`: the CloudFormation templates, into `cdk.out`. What follows goes to `cdk synth`: `-- -c environment=production`.
 * @module
 */
import { runProgram } from './run-program.ts';

process.exitCode = await runProgram('cdk', ['synth', '--quiet', ...process.argv.slice(2)]);
