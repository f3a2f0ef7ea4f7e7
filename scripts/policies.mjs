/**
 * `npm run policies -- apply FILE [--dry-run] [--json]`: brings policies to what a YAML file says. What is not in the file stays.
 *
 * The file is a list of policies, or one policy for each YAML document, in the shape of `PolicyInput`; `labels` may be a mapping.
 * All of them are checked by the API before the first is changed. With --dry-run nothing is changed: it shows what would be, and
 * what each policy would have done in the last seven days.
 *
 * WHODUNIT_URL (http://127.0.0.1:$PORT unless said) and WHODUNIT_TOKEN, or `admin-token` of WHODUNIT_STATE_DIR.
 * Exit status: 0 done, 1 the file is wrong or the API refused it, 2 it could not be read or the API not be reached.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';

const root = path.join(import.meta.dirname, '..');
const usage = 'npm run policies -- apply FILE [--dry-run] [--json]';
/** The shape of PolicyInput, as the API shows it. */
const shown = `name armed atMostPerHour where { host labels { key value } } do { action service }
  when { death { cause actor unit exe restart afterSeconds livedSecondsMin confidenceMin }
    episode { state unit exe lastedSecondsMin zombiesMin } }`;
const simulation = `since until cutBefore summary considered matched acted awaitingApproval acts { at host target }
  stopped { code count } escalations`;

class Trouble extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** @param {readonly string[]} args @returns {Promise<number>} */
async function main(args) {
  const flags = new Set(args.filter((arg) => arg.startsWith('--')));
  const [command, file, ...more] = args.filter((arg) => !arg.startsWith('--'));
  const strange = [...flags].find((flag) => flag !== '--dry-run' && flag !== '--json');
  if (command !== 'apply' || !file || more.length > 0 || strange) throw new Trouble(2, `usage: ${usage}`);
  const [isDry, isJson] = [flags.has('--dry-run'), flags.has('--json')];
  const inputs = readPolicies(file, await readText(path.resolve(process.env['INIT_CWD'] ?? '.', file)));
  const { policies: stored } = await ask(`{ policies { ${shown} } }`, {});
  const results = [];
  for (const [index, input] of inputs.entries()) {
    const where = `${file}: policy ${index + 1}${typeof input.name === 'string' ? ` (${input.name})` : ''}`;
    const query = `query ($policy: PolicyInput!) { simulatePolicy(policy: $policy) { ${simulation} } }`;
    const { simulatePolicy } = await ask(query, { policy: input }, where);
    const before = stored.find((/** @type {{ name: string }} */ { name }) => name === input.name) ?? null;
    results.push({
      name: input.name,
      input,
      differences: differences(before, input),
      isNew: !before,
      lately: simulatePolicy,
    });
  }
  for (const { input, isNew, differences: found } of results) {
    if (isDry || (!isNew && found.length === 0)) continue;
    await ask('mutation ($input: PolicyInput!) { savePolicy(input: $input) { name } }', { input }, file);
  }
  const told = results.map(({ name, isNew, differences: found, lately }) => ({
    name,
    isNew,
    differences: found,
    lately,
  }));
  if (isJson) console.log(JSON.stringify({ dryRun: isDry, policies: told }, null, 2));
  else for (const result of told) console.log(sentences(result, isDry).join('\n'));
  return 0;
}

/** @param {string} file @param {string} text */
function readPolicies(file, text) {
  const documents = parseAllDocuments(text);
  for (const { errors } of documents) if (errors[0]) throw new Trouble(1, `${file}: ${errors[0].message}`);
  const values = documents.flatMap((document) => document.toJS() ?? []);
  if (values.length === 0) throw new Trouble(1, `${file}: there is no policy in it.`);
  const names = new Set();
  return values.map((value, index) => {
    const where = `${file}: policy ${index + 1}`;
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw new Trouble(1, `${where} is no mapping.`);
    if (names.has(value.name)) throw new Trouble(1, `${where}: name: ${JSON.stringify(value.name)} is there twice.`);
    names.add(value.name);
    return withLabelList(value);
  });
}

/** @param {any} policy */
function withLabelList(policy) {
  const labels = policy.where?.labels;
  if (labels === null || typeof labels !== 'object' || Array.isArray(labels)) return policy;
  const list = Object.entries(labels).map(([key, value]) => ({ key, value: String(value) }));
  return { ...policy, where: { ...policy.where, labels: list } };
}

/** What the file says otherwise than what is stored. What it leaves out gets its default, which is no difference that is shown. */
function differences(/** @type {any} */ before, /** @type {any} */ after, at = '') {
  /** @type {{ field: string, before: unknown, after: unknown }[]} */
  const found = [];
  for (const key of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    const [old, now] = [before?.[key] ?? null, after?.[key] ?? defaults[key] ?? null];
    const field = at === '' ? key : `${at}.${key}`;
    const isGroup = [old, now].some((one) => one !== null && typeof one === 'object' && !Array.isArray(one));
    if (isGroup) found.push(...differences(old, now, field));
    else if (JSON.stringify(sorted(old)) !== JSON.stringify(sorted(now)))
      found.push({ field, before: old, after: now });
  }
  return found;
}

/** Labels have no order. */
function sorted(/** @type {any} */ value) {
  const isLabels = Array.isArray(value) && value.every((one) => one !== null && typeof one === 'object');
  return isLabels ? value.map(({ key, value: text }) => `${key}=${text}`).toSorted() : value;
}

/** Of src/remedy/policy.ts, for telling differences only; a spec compares them. @type {Record<string, unknown>} */
const defaults = {
  ...{ armed: false, atMostPerHour: 3, restart: 'NONE', afterSeconds: 60, livedSecondsMin: 0, confidenceMin: 0.7 },
  ...{ lastedSecondsMin: 300, zombiesMin: 1 },
};

/** @param {any} result @param {boolean} isDry */
function sentences({ name, isNew, differences: found, lately }, isDry) {
  const would = isDry ? 'would be ' : '';
  const what = isNew ? `${would}new` : found.length === 0 ? 'as it is' : `${would}changed`;
  const fields = isNew
    ? []
    : found.map((/** @type {any} */ { field, before, after }) => {
        return `  ${field}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`;
      });
  return [`${name}: ${what}`, ...fields, ...(isDry ? [`  the last 7 days: ${lately.summary}`] : [])];
}

/** @param {string} query @param {object} variables @param {string} [where] @returns {Promise<any>} */
async function ask(query, variables, where = 'the API') {
  const url = process.env['WHODUNIT_URL'] ?? `http://127.0.0.1:${process.env['PORT'] ?? 4000}`;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await readToken()}` };
  const body = JSON.stringify({ query, variables });
  const reply = await fetch(`${url}/graphql`, { method: 'POST', headers, body }).catch((error) => {
    throw new Trouble(2, `The API at ${url} could not be reached: ${error.cause?.message ?? error.message}.`);
  });
  const { data, errors, detail } = /** @type {any} */ (await reply.json());
  if (errors) throw new Trouble(1, `${where}: ${errors.map((/** @type {Error} */ { message }) => message).join(' ')}`);
  if (!data) throw new Trouble(2, `${where}: ${detail ?? `HTTP ${reply.status}`}`);
  return data;
}

async function readToken() {
  const token = process.env['WHODUNIT_TOKEN'];
  if (token) return token;
  return (
    await readText(path.join(process.env['WHODUNIT_STATE_DIR'] ?? path.join(root, '.whodunit'), 'admin-token'))
  ).trim();
}

/** @param {string} file */
async function readText(file) {
  return readFile(file, 'utf8').catch((error) => {
    throw new Trouble(2, `${file} could not be read: ${error.code ?? error.message}.`);
  });
}

process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  if (!(error instanceof Trouble)) throw error;
  console.error(error.message);
  return error.status;
});
