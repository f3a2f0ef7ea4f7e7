/** What `npm start` prints when everything is up: where things are, and a first query to copy and paste. */

/**
 * @typedef {object} Welcome
 * @property {string} url of the API
 * @property {string} stateDir
 * @property {string} host name of this machine as the agent enrolled it
 * @property {string | null} rung what the agent sees with; null without an agent
 * @property {boolean} embedded whether Postgres is ours
 * @property {boolean} sudo whether we run as root for somebody whose next terminal is not root's
 *
 * @param {Welcome} options
 * @returns {string}
 */
export function welcomeText({ url, stateDir, host, rung, embedded, sudo }) {
  const places = [
    ['GraphiQL', `${url}/graphql`],
    ['REST', `${url}/docs`],
    ['token', `${stateDir}/admin-token`],
    ['logs', `${stateDir}/logs/`],
  ];
  if (embedded) places.push(['database', `psql "$(${sudo ? 'sudo ' : ''}cat ${quote(`${stateDir}/postgres/url`)})"`]);
  const lines = places.map(([name = '', place]) => `  ${name.padEnd(9)} ${place}`);
  const asking = 'Kill something and ask who did it, in another terminal:';
  const query = rung === null ? [] : ['', asking, '', ...firstQuery({ url, stateDir, host, rung, sudo })];
  return ['', 'Whodunit is up.', '', ...lines, ...query, '', 'Ctrl-C stops everything.', ''].join('\n');
}

/**
 * Three lines for a shell. The pauses are for those who paste all at once: a death takes a moment to be recorded, sent
 * and judged, and an agent that only polls /proc has to see the process alive first.
 * @param {{ url: string, stateDir: string, host: string, rung: string, sudo: boolean }} options
 */
export function firstQuery({ url, stateDir, host, rung, sudo }) {
  const query = 'query($host:String!,$pid:Int!){whoKilled(host:$host,pid:$pid){verdict{cause summary}}}';
  const body = JSON.stringify({ query, variables: { host, pid: 0 } });
  // The pid is the shell's to fill in: the single quotes end before it and begin again after it.
  const shellBody = quote(body).replace('"pid":0', `"pid":'$PID'`);
  const token = `$(${sudo ? 'sudo ' : ''}cat ${quote(`${stateDir}/admin-token`)})`;
  return [
    rung === 'ebpf' ? 'sleep 1000 & PID=$!' : 'sleep 1000 & PID=$!; sleep 2',
    rung === 'ebpf' ? '/bin/kill -9 $PID; sleep 1' : '/bin/kill -9 $PID; sleep 3',
    `curl -s ${url}/graphql -H "authorization: Bearer ${token}" -H 'content-type: application/json' -d ${shellBody}`,
  ];
}

/** For a POSIX shell. @param {string} text */
function quote(text) {
  return /^[A-Za-z0-9_./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
