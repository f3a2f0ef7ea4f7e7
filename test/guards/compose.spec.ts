/**
 * docker-compose.yml and docker/Dockerfile as far as they can be checked without a container engine: they parse and their
 * parts fit together. A health check or a user may be set in either.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly build?: { readonly dockerfile: string; readonly target: string };
  readonly image?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: unknown;
  readonly restart?: string;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
}

const root = join(import.meta.dirname, '../..');
const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as Compose;
const dockerfile = readFileSync(join(root, 'docker/Dockerfile'), 'utf8');
const services = Object.entries(compose.services);

test('every_service_that_is_waited_for_can_be_waited_for', () => {
  for (const [name, { depends_on = {} }] of services) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const target = compose.services[other];
      expect(target, `${name} waits for ${other}`).toBeDefined();
      if (condition === 'service_healthy')
        expect(target && isHealthChecked(target), `${other} is healthy when?`).toBe(true);
      if (condition === 'service_completed_successfully') expect(target?.restart).toBe('no');
    }
  }
});

test('every_image_is_a_stage_of_the_dockerfile_or_comes_from_the_registry', () => {
  for (const [name, { image, build }] of services) {
    if (build) expect(stageOf(build.target), `${name}: ${build.target}`).toBeDefined();
    else expect(image, name).toMatch(/:/);
  }
});

test('every_file_that_is_copied_is_there', () => {
  const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list = '']) => list.split(' '));
  for (const source of sources) expect(existsSync(join(root, source)), source).toBe(true);
});

test('every_volume_and_secret_is_declared', () => {
  for (const [, { volumes = [], secrets = [] }] of services) {
    const named = volumes.map((volume) => volume.split(':')[0] ?? '').filter((source) => !source.startsWith('/'));
    for (const name of named) expect(Object.keys(compose.volumes)).toContain(name);
    for (const name of secrets) expect(Object.keys(compose.secrets)).toContain(name);
  }
});

test('api_and_worker_run_without_root_on_a_read_only_file_system', () => {
  for (const name of ['api', 'worker', 'migrate']) {
    const service = compose.services[name];
    expect(service?.read_only, name).toBe(true);
    expect(service?.user ?? directive(service?.build?.target ?? '', 'USER'), name).not.toMatch(/^(root|0)?$/);
  }
});

function isHealthChecked({ healthcheck, build }: Service): boolean {
  return healthcheck !== undefined || (build !== undefined && directive(build.target, 'HEALTHCHECK') !== '');
}

/** What a stage, or the nearest stage that it is made from, says after that word. */
function directive(target: string, word: string): string {
  const stage = stageOf(target);
  if (stage === undefined) return '';
  const said = stage.body.match(new RegExp(`^${word} (.*)$`, 'm'))?.[1];
  return said ?? directive(stage.from, word);
}

function stageOf(target: string): { from: string; body: string } | undefined {
  for (const text of dockerfile.split(/^(?=FROM )/m)) {
    const [, from = '', name] = /^FROM (\S+) AS (\S+)$/m.exec(text) ?? [];
    if (name === target) return { from, body: text };
  }
  return undefined;
}
