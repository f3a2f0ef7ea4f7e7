/** docker-compose.yml as far as it can be checked without a container engine: it parses and its parts fit together. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly build?: { readonly dockerfile: string };
  readonly image: string;
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
const services = Object.entries(compose.services);

test('every_service_that_is_waited_for_can_be_waited_for', () => {
  for (const [name, { depends_on = {} }] of services) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const target = compose.services[other];
      expect(target, `${name} waits for ${other}`).toBeDefined();
      if (condition === 'service_healthy') expect(target?.healthcheck, `${other} is healthy when?`).toBeDefined();
      if (condition === 'service_completed_successfully') expect(target?.restart).toBe('no');
    }
  }
});

test('every_image_is_built_here_or_comes_from_the_registry', () => {
  const built = services.flatMap(([, service]) => (service.build ? [service.image] : []));
  for (const [name, { image, build }] of services) {
    if (build) expect(existsSync(join(root, build.dockerfile)), `${name}: ${build.dockerfile}`).toBe(true);
    else expect(built.includes(image) || image.includes(':'), `${name}: ${image}`).toBe(true);
  }
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
    expect(compose.services[name]).toMatchObject({ user: '1000:1000', read_only: true });
  }
});
