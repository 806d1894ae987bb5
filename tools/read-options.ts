/**
 * Options of a program at the command line.
 * @module
 */
import { type ParseArgsConfig, type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/**
 * The options and further words as given. `--help` prints the help and ends the program; a wrong option ends it with a
 * sentence and exit code 2.
 */
export const readOptions = <Options extends ParseArgsOptionsConfig>(
  help: string,
  options: Options,
  allowPositionals = false,
) => {
  const config = {
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    allowPositionals,
  } as const satisfies ParseArgsConfig;
  const given = parsed(config);
  if ((given.values as { readonly help?: boolean }).help) {
    process.stdout.write(help);
    process.exit(0);
  }
  return given;
};

const parsed = <Config extends ParseArgsConfig>(config: Config) => {
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`${(error as Error).message}\nSee --help.`);
    process.exit(2);
  }
};
