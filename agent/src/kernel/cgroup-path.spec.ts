import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCgroupPath } from './cgroup-path.js';

const id = '8c1a3f5e7b9d0246813579acebdf02468ace13579bdf02468ace13579bdf0246';
const uid = 'f3a1c0de-1234-4bcd-9876-0123456789ab';
const uidInSlice = uid.replaceAll('-', '_');
const docker = { id, runtime: 'docker' };
const containerd = { id, runtime: 'containerd' };
const podman = { id, runtime: 'podman' };

describe('parseCgroupPath', () => {
  it.each([
    ['/system.slice/redis-server.service', 'redis-server.service'],
    ['/system.slice/system-getty.slice/getty@tty1.service', 'getty@tty1.service'],
    ['/system.slice/system-postgresql.slice/postgresql@16-main.service', 'postgresql@16-main.service'],
    ['/system.slice/dev-disk-by\\x2duuid-1.swap', 'dev-disk-by\\x2duuid-1.swap'],
    ['/system.slice/docker.service', 'docker.service'],
    ['/system.slice/ssh.socket', 'ssh.socket'],
    ['/system.slice/systemd-udevd.service/udev', 'systemd-udevd.service'],
    ['/system.slice/redis-server.service (deleted)', 'redis-server.service'],
    ['/../../system.slice/cron.service', 'cron.service'],
    ['/system.slice/_memory.service', 'memory.service'],
    ['/user.slice/user-1000.slice/session-3.scope', 'session-3.scope'],
    ['/user.slice/user-0.slice/session-c2.scope', 'session-c2.scope'],
    ['/system.slice/run-u12.scope', 'run-u12.scope'],
    ['/init.scope', 'init.scope'],
    ['/user.slice/user-1000.slice/user@1000.service', 'user@1000.service'],
    ['/user.slice/user-1000.slice/user@1000.service/init.scope', 'user@1000.service'],
  ])('finds_the_system_unit_of_%s', (path, unit) => {
    expect(parseCgroupPath(path)).toEqual({ unit });
  });

  it.each([
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service', 'foo.service'],
    [
      '/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope',
      'vte-spawn-1.scope',
    ],
    ['/user.slice/user-1000.slice/user@1000.service/session.slice/dbus.service', 'dbus.service'],
    ['/user.slice/user-1000.slice/user@1000.service/dbus.socket', 'dbus.socket'],
  ])('tells_a_unit_of_a_user_manager_%s', (path, unit) => {
    expect(parseCgroupPath(path)).toEqual({ unit, userUnit: true });
  });

  it.each([
    ['/docker/{id}', docker],
    ['/system.slice/docker-{id}.scope', docker],
    ['/system.slice/docker-{id}.scope/init', docker],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/docker-{id}.scope', docker],
    ['/system.slice:docker:{id}', docker],
    ['/ecs/0123456789abcdef0123456789abcdef/{id}', docker],
    ['/actions_job/{id}', docker],
    ['/system.slice/docker.service/docker/{id}', docker],
    ['/kubepods/burstable/pod{pod}/{id}', { ...containerd, pod: uid }],
    ['/kubepods/pod{pod}/{id}', { ...containerd, pod: uid }],
    [
      '/kubepods/besteffort/pod1234567890abcdef1234567890abcdef/{id}',
      { ...containerd, pod: '1234567890abcdef1234567890abcdef' },
    ],
    [
      '/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{slice}.slice/cri-containerd-{id}.scope',
      { ...containerd, pod: uid },
    ],
    ['/kubepods.slice/kubepods-pod{slice}.slice/cri-containerd-{id}.scope', { ...containerd, pod: uid }],
    [
      '/system.slice/containerd.service/kubepods-burstable-pod{slice}.slice:cri-containerd:{id}',
      { ...containerd, pod: uid },
    ],
    [
      '/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{slice}.slice/crio-{id}.scope',
      { id, runtime: 'cri-o', pod: uid },
    ],
    ['/kubepods/besteffort/pod{pod}/crio-{id}', { id, runtime: 'cri-o', pod: uid }],
    ['/kubepods.slice/kubepods-pod{slice}.slice/docker-{id}.scope', { ...docker, pod: uid }],
    ['/default/{id}', containerd],
    ['/system.slice/nerdctl-{id}.scope', containerd],
    ['/machine.slice/libpod-{id}.scope', podman],
    ['/machine.slice/libpod-{id}.scope/container', podman],
    ['/libpod-{id}', podman],
    ['/libpod_parent/libpod-{id}', podman],
    ['/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{id}.scope/container', podman],
  ])('finds_the_container_of_%s', (template, container) => {
    const path = template.replace('{id}', id).replace('{pod}', uid).replace('{slice}', uidInSlice);
    expect(parseCgroupPath(path)).toEqual({ container });
  });

  it('prefers_the_service_inside_a_container_or_machine_and_keeps_where_it_runs', () => {
    expect(parseCgroupPath(`/docker/${id}/system.slice/redis-server.service`)).toEqual({
      unit: 'redis-server.service',
      container: docker,
    });
    expect(parseCgroupPath('/machine.slice/systemd-nspawn@web.service/payload/system.slice/nginx.service')).toEqual({
      unit: 'nginx.service',
      machine: 'web',
    });
    expect(parseCgroupPath('/machine.slice/machine-web\\x2d2.scope/payload/init.scope')).toEqual({
      unit: 'init.scope',
      machine: 'web-2',
    });
    expect(parseCgroupPath('/lxc.payload.db/system.slice/cron.service')).toEqual({
      unit: 'cron.service',
      machine: 'db',
    });
  });

  it('takes_the_inner_of_two_containers', () => {
    const inner = id.replaceAll('8', '9');
    const kind = `/docker/${id}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${uidInSlice}.slice`;
    expect(parseCgroupPath(`${kind}/cri-containerd-${inner}.scope`)).toEqual({
      container: { id: inner, runtime: 'containerd', pod: uid },
    });
  });

  it('names_the_service_that_a_container_is_part_of', () => {
    expect(parseCgroupPath(`/system.slice/web.service/libpod-payload-${id}`)).toEqual({
      unit: 'web.service',
      container: podman,
    });
  });

  it('takes_the_monitor_of_a_container_for_what_it_is', () => {
    expect(parseCgroupPath(`/machine.slice/libpod-conmon-${id}.scope`)).toEqual({ unit: `libpod-conmon-${id}.scope` });
  });

  it.each([
    '',
    '/',
    '/system.slice',
    '/user.slice/user-1000.slice',
    '/docker/buildkit',
    '/kubepods/burstable',
    `/libpod_parent/${id}`,
    `/docker/${id.slice(1)}`,
    '/.service',
    '/bad name.service',
    `/${'x'.repeat(300)}.service`,
  ])('says_nothing_of_%j', (path) => {
    expect(parseCgroupPath(path)).toEqual({});
  });

  it('never_throws_and_stays_bounded_on_any_text', () => {
    const pieces = [
      '/',
      'pod',
      uid,
      uidInSlice,
      id,
      ':',
      '-',
      '.slice',
      '.scope',
      '.service',
      'docker',
      '\\x2d',
      'user@1',
    ];
    const path = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' })), { maxLength: 40 });
    fc.assert(
      fc.property(path, (parts) => {
        const { unit = '', container, machine = '' } = parseCgroupPath(parts.join(''));
        expect(unit.length).toBeLessThanOrEqual(255);
        expect(machine.length).toBeLessThanOrEqual(64);
        if (container) expect(container.id).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });
});
