/** Node versions that we run on: the same as `engines` in package.json. Imports nothing, runs on very old Nodes. */

const required = [20, 19];

/** @param {string} version as in process.versions.node @returns {string | null} a sentence when it is too old */
export function refuseOldNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = required;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return null;
  return `Whodunit needs Node ${wantedMajor}.${wantedMinor} or newer; this is ${version}. Install Node 24 and start again.`;
}
