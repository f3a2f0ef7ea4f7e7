/**
 * The C functions that the agent calls, through koffi. Loaded late: a host without koffi's binary or without libbpf
 * still gets the procfs rung. Pointers are bigint; a negative int is -errno for libbpf.
 */
import type { LibraryHandle } from 'koffi';
import { failure, success, type Result } from '../result.js';

export interface Libc {
  /** Memory of `length` bytes, shared with whoever else maps it; undefined when the kernel refuses. */
  map(fd: number, length: number, offset: number, writable: boolean): ArrayBuffer | undefined;
  /** 0 or a positive errno. */
  mount(source: string, target: string, type: string): number;
  unmount(target: string): number;
  /** The pages of this range are no longer ours until they are touched; only for what can be read again from its file. */
  dropPages(address: bigint, length: bigint): void;
  /** True when nobody else holds the lock. It ends with the descriptor. */
  tryLock(fd: number): boolean;
  bootNanoseconds(): bigint;
  /** Whether the pid is in use; a zombie uses its. A thirtieth of what it costs to open its /proc/PID/stat. */
  pidExists(pid: number): boolean;
  /** A descriptor (O_PATH) of the file with this inode in the kernfs that `mountFd` is of; negative when there is none. */
  openByInode(mountFd: number, inode: bigint): number;
}

export interface Libbpf {
  objGet(path: string): number;
  objPin(fd: number, path: string): number;
  /** Undefined when libbpf cannot read the object. */
  openObject(path: string): bigint | undefined;
  loadObject(object: bigint): number;
  closeObject(object: bigint): void;
  /** Those that were loaded. */
  programs(object: bigint): readonly { readonly name: string; readonly program: bigint }[];
  attach(program: bigint): bigint | undefined;
  pinLink(link: bigint, path: string): number;
  destroyLink(link: bigint): void;
  mapFd(object: bigint, name: string): number;
  /** Before loadObject: this program stays out. False when there is none of that name. */
  leaveOut(object: bigint, program: string): boolean;
  /** A descriptor of a loaded program; negative when there is none of that number. */
  programById(id: number): number;
  mapLookup(fd: number, key: Uint8Array, value: Uint8Array): number;
  mapUpdate(fd: number, key: Uint8Array, value: Uint8Array): number;
  mapDelete(fd: number, key: Uint8Array): number;
  /** Entries from `position` on (undefined: the first) into `keys` and `values`, at most `count`; bpf_map_lookup_batch. */
  mapLookupBatch(fd: number, position: Uint8Array | undefined, next: Uint8Array, into: BatchBuffers): number;
}

export interface BatchBuffers {
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
  /** In: room for so many; out: so many are there. */
  readonly count: Uint32Array;
}

const protRead = 1;
const protWrite = 2;
const mapShared = 1;
const lockExclusiveNonBlocking = 2 | 4;
const adviceDontNeed = 4;
const clockBoottime = 7;
const noSuchProcess = 3;
/** A kernfs file handle: u32 bytes, i32 type FILEID_KERNFS, u64 inode; include/linux/exportfs.h, since Linux 5.5. */
const kernfsHandle = { bytes: 8, type: 0xfe } as const;
const openPathOnly = 0o10_000_000;
const mapFailed = 0xffff_ffff_ffff_ffffn;

type Koffi = (typeof import('koffi'))['default'];

export async function loadLibc(): Promise<Result<Libc>> {
  const koffi = await loadKoffi();
  if (!koffi.ok) return koffi;
  try {
    return success(bindLibc(koffi.value, koffi.value.load('libc.so.6')));
  } catch (error) {
    return failure('sensor/no-libc', `libc.so.6 cannot be loaded: ${messageOf(error)}.`);
  }
}

export async function loadLibbpf(): Promise<Result<Libbpf>> {
  const koffi = await loadKoffi();
  if (!koffi.ok) return koffi;
  let library: LibraryHandle;
  try {
    library = koffi.value.load('libbpf.so.1');
  } catch {
    return failure(
      'sensor/no-libbpf',
      'libbpf.so.1 is missing: install it with apt-get install libbpf1, or dnf install libbpf.',
    );
  }
  return success(bindLibbpf(library));
}

async function loadKoffi(): Promise<Result<Koffi>> {
  try {
    return success((await import('koffi')).default as Koffi);
  } catch (error) {
    return failure(
      'sensor/no-koffi',
      `The npm package koffi, which calls libbpf, cannot be loaded: ${messageOf(error)}. Run npm install.`,
    );
  }
}

function bindLibc(koffi: Koffi, library: LibraryHandle): Libc {
  const mmap = library.func('void* mmap(void*, size_t, int, int, int, int64_t)');
  const mount = library.func('int mount(const char*, const char*, const char*, unsigned long, const char*)');
  const umount2 = library.func('int umount2(const char*, int)');
  const madvise = library.func('int madvise(uintptr_t, size_t, int)');
  const flock = library.func('int flock(int, int)');
  const clockGettime = library.func('int clock_gettime(int, int64_t*)');
  const getpgid = library.func('int getpgid(int)');
  const openByHandleAt = library.func('int open_by_handle_at(int, void*, int)');
  const time = new BigInt64Array(2);
  return {
    map(fd, length, offset, writable) {
      const protection = writable ? protRead | protWrite : protRead;
      const address = mmap(null, length, protection, mapShared, fd, offset) as bigint;
      return BigInt.asUintN(64, address) === mapFailed ? undefined : koffi.view(address, length);
    },
    mount: (source, target, type) => (mount(source, target, type, 0, null) === 0 ? 0 : koffi.errno()),
    unmount: (target) => (umount2(target, 0) === 0 ? 0 : koffi.errno()),
    dropPages: (address, length) => void madvise(address, length, adviceDontNeed),
    tryLock: (fd) => flock(fd, lockExclusiveNonBlocking) === 0,
    bootNanoseconds() {
      clockGettime(clockBoottime, time);
      return (time[0] ?? 0n) * 1_000_000_000n + (time[1] ?? 0n);
    },
    pidExists: (pid) => getpgid(pid) >= 0 || koffi.errno() !== noSuchProcess,
    openByInode(mountFd, inode) {
      const handle = Buffer.alloc(16);
      handle.writeUInt32LE(kernfsHandle.bytes, 0);
      handle.writeInt32LE(kernfsHandle.type, 4);
      handle.writeBigUInt64LE(inode, 8);
      return openByHandleAt(mountFd, handle, openPathOnly) as number;
    },
  };
}

function bindLibbpf(library: LibraryHandle): Libbpf {
  const setPrint = library.func('void* libbpf_set_print(void*)');
  const openFile = library.func('void* bpf_object__open_file(const char*, void*)');
  const load = library.func('int bpf_object__load(void*)');
  const close = library.func('void bpf_object__close(void*)');
  const next = library.func('void* bpf_object__next_program(void*, void*)');
  const programFd = library.func('int bpf_program__fd(void*)');
  const programName = library.func('const char* bpf_program__name(void*)');
  const attach = library.func('void* bpf_program__attach(void*)');
  const linkPin = library.func('int bpf_link__pin(void*, const char*)');
  const linkDestroy = library.func('int bpf_link__destroy(void*)');
  const mapFd = library.func('int bpf_object__find_map_fd_by_name(void*, const char*)');
  const objGet = library.func('int bpf_obj_get(const char*)');
  const objPin = library.func('int bpf_obj_pin(int, const char*)');
  const findProgram = library.func('void* bpf_object__find_program_by_name(void*, const char*)');
  const setAutoload = library.func('int bpf_program__set_autoload(void*, bool)');
  const fdById = library.func('int bpf_prog_get_fd_by_id(uint32_t)');
  const lookup = library.func('int bpf_map_lookup_elem(int, void*, void*)');
  const update = library.func('int bpf_map_update_elem(int, void*, void*, uint64_t)');
  const remove = library.func('int bpf_map_delete_elem(int, void*)');
  const lookupBatch = library.func('int bpf_map_lookup_batch(int, void*, void*, void*, void*, void*, void*)');
  // libbpf prints to stderr by itself; what it says is not for operators.
  setPrint(null);
  const orUndefined = (pointer: bigint | null) => (pointer === null || pointer === 0n ? undefined : pointer);
  return {
    objGet: (path) => objGet(path) as number,
    objPin: (fd, path) => objPin(fd, path) as number,
    openObject: (path) => orUndefined(openFile(path, null) as bigint | null),
    loadObject: (object) => load(object) as number,
    closeObject: (object) => void close(object),
    programs(object) {
      const found: { name: string; program: bigint }[] = [];
      let program = orUndefined(next(object, null) as bigint | null);
      while (program !== undefined) {
        if ((programFd(program) as number) >= 0) found.push({ name: programName(program) as string, program });
        program = orUndefined(next(object, program) as bigint | null);
      }
      return found;
    },
    attach: (program) => orUndefined(attach(program) as bigint | null),
    pinLink: (link, path) => linkPin(link, path) as number,
    destroyLink: (link) => void linkDestroy(link),
    mapFd: (object, name) => mapFd(object, name) as number,
    leaveOut(object, name) {
      const program = orUndefined(findProgram(object, name) as bigint | null);
      return program !== undefined && setAutoload(program, false) === 0;
    },
    programById: (id) => fdById(id) as number,
    mapLookup: (fd, key, value) => lookup(fd, key, value) as number,
    mapUpdate: (fd, key, value) => update(fd, key, value, 0) as number,
    mapDelete: (fd, key) => remove(fd, key) as number,
    mapLookupBatch: (fd, position, next, { keys, values, count }) =>
      lookupBatch(fd, position ?? null, next, keys, values, count, null) as number,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}
