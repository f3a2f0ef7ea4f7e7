/** The text of --help, from the settings themselves. */
import { settingNames, settings } from './settings.js';
import type { Setting } from './setting.js';

export const defaultConfigPath = '/etc/whodunit/agent.conf';

const head = `whodunit-agent: records who ends which process on this host, and tells the Whodunit API.

  whodunit-agent run [options]             record and report until SIGTERM or SIGINT
  whodunit-agent run --check-config        only read the settings, say what they are and where they come from
  whodunit-agent doctor [options]          say what this host can and cannot see, and what to do about it
  whodunit-agent remove-sensor [options]   take a sensor that was left in the kernel out of it

A flag goes before the environment, the environment before the file. The file has lines KEY=value, with the names below.

`;

const tail = `
  --config FILE        settings to read (${defaultConfigPath}, when it is there)
  --no-config          read no file
  --json               the findings of doctor as one JSON object
  --help, --version

Exit status: 0 done; 1 it cannot work here, or doctor misses something; 2 a setting is wrong;
3 over its own limits, to be started anew.
`;

export function usage(): string {
  return head + settingNames.map((name) => describe(settings[name])).join('') + tail;
}

function describe({ flag, variables, argument, help }: Setting<unknown>): string {
  const value = argument === undefined ? '' : ` ${argument}`;
  const names = flag === undefined ? [] : [`  --${flag}${value}\n`];
  const inFile = variables.map((name) => `${name}=${argument ?? 'true'}`).join(', ');
  return `${names.join('')}  ${inFile}\n        ${help}\n`;
}
