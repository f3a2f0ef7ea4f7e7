/**
 * Records that a real kernel wrote (Linux 6.18, x86_64, 2026-11-21), as hexadecimal, and what they mean. Captured by reading
 * the ring while sh, kill, script, python3 and perl (in a memory cgroup of 20 MB) did what the names say.
 */
export const capturedRecords = [
  {
    name: "kthreadd in the process list",
    hex:
      "d8552a14030300000600000068000000c802e40e0000000000000000000000000200000002000000000000000000000000000000ffffffffffffffff010000006b746872656164640000000000000000000000000000000000000000000000000000000000000000",
    record: { kind: "task", at: 3311758104024n, who: { pid: 2, tid: 2, start: 249823944n, parentPid: 0, parentStart: 0n, uid: 0, euid: 0, loginUid: undefined, session: undefined, kernelThread: true, dead: false, comm: "kthreadd", tty: undefined } },
  },
  {
    name: "fork of a shell with a login",
    hex:
      "1ee7fa0203030000020000006800000038c4fa0203030000d4efb302030300008e1400008e1400008d140000000000000000000007000000010000000000000073680000000000000000000000000000000000000000000000000000000000000000000000000000",
    record: { kind: "fork", at: 3311469782814n, who: { pid: 5262, tid: 5262, start: 3311469773880n, parentPid: 5261, parentStart: 3311465131988n, uid: 0, euid: 0, loginUid: 7, session: 1, kernelThread: false, dead: false, comm: "sh", tty: undefined } },
  },
  {
    name: "exec of /bin/kill -9",
    hex:
      "9804ff02030300000100000093000000db02fc0203030000d4efb302030300008f1400008f1400008d14000000000000000000000700000001000000000000006b696c6c000000000000000000000000000000000000000000000000000000000000000000000000090000001200000012000000000000002f62696e2f6b696c6c2f62696e2f6b696c6c002d39003532363200",
    record: { kind: "exec", at: 3311470052504n, who: { pid: 5263, tid: 5263, start: 3311469855451n, parentPid: 5261, parentStart: 3311465131988n, uid: 0, euid: 0, loginUid: 7, session: 1, kernelThread: false, dead: false, comm: "kill", tty: undefined }, filename: "/bin/kill", args: ["/bin/kill", "-9", "5262"], argsCut: false, argsMissing: false },
  },
  {
    name: "SIGKILL by /bin/kill",
    hex:
      "a2200d030303000004000000e0000000db02fc0203030000d4efb302030300008f1400008f1400008d14000000000000000000000700000001000000000000006b696c6c00000000000000000000000000000000000000000000000000000000000000000000000038c4fa0203030000d4efb302030300008e1400008e1400008d1400000000000000000000070000000100000000000000736c65657000000000000000000000000000000000000000000000000000000000000000000000000900000000000000010000000000000000000000000000000000000000000000",
    record: { kind: "signal", at: 3311470977186n, who: { pid: 5263, tid: 5263, start: 3311469855451n, parentPid: 5261, parentStart: 3311465131988n, uid: 0, euid: 0, loginUid: 7, session: 1, kernelThread: false, dead: false, comm: "kill", tty: undefined }, target: { pid: 5262, tid: 5262, start: 3311469773880n, parentPid: 5261, parentStart: 3311465131988n, uid: 0, euid: 0, loginUid: 7, session: 1, kernelThread: false, dead: false, comm: "sleep", tty: undefined }, signal: 9, code: 0, group: true, result: 0, disposition: 0, address: undefined },
  },
  {
    name: "end by SIGKILL",
    hex:
      "c7400e0303030000030000007000000038c4fa0203030000d4efb302030300008e1400008e1400008d1400000000000000000000070000000100000002000000736c65657000000000000000000000000000000000000000000000000000000000000000000000000900000000000000",
    record: { kind: "exit", at: 3311471050951n, who: { pid: 5262, tid: 5262, start: 3311469773880n, parentPid: 5261, parentStart: 3311465131988n, uid: 0, euid: 0, loginUid: 7, session: 1, kernelThread: false, dead: true, comm: "sleep", tty: undefined }, status: 9 },
  },
  {
    name: "end with exit status 3",
    hex:
      "63731003030300000300000070000000d4efb30203030000fb58a0f2020300008d1400008d140000821400000000000000000000070000000100000002000000736800000000000000000000000000000000000000000000000000000000000000000000000000000003000000000000",
    record: { kind: "exit", at: 3311471194979n, who: { pid: 5261, tid: 5261, start: 3311465131988n, parentPid: 5250, parentStart: 3311195412731n, uid: 0, euid: 0, loginUid: 7, session: 1, kernelThread: false, dead: true, comm: "sh", tty: undefined }, status: 768 },
  },
  {
    name: "exec on a terminal",
    hex:
      "cb387d030303000001000000910000009c124d0303030000bfad2203030300009114000091140000901400000000000000000000ffffffffffffffff0000000073680069707400000000000000000000707473300000000000000000000000000000000000000000070000001200000012000000000000002f62696e2f73682f62696e2f7368002d630065786974203400",
    record: { kind: "exec", at: 3311478323403n, who: { pid: 5265, tid: 5265, start: 3311475167900n, parentPid: 5264, parentStart: 3311472389567n, uid: 0, euid: 0, loginUid: undefined, session: undefined, kernelThread: false, dead: false, comm: "sh", tty: "pts/0" }, filename: "/bin/sh", args: ["/bin/sh", "-c", "exit 4"], argsCut: false, argsMissing: false },
  },
  {
    name: "SIGHUP made by the kernel",
    hex:
      "ae8f85030303000004000000e00000009c124d0303030000bfad2203030300009114000091140000901400000000000000000000ffffffffffffffff02000000736800000000000000000000000000007074733000000000000000000000000000000000000000009c124d0303030000bfad2203030300009114000091140000901400000000000000000000ffffffffffffffff02000000736800000000000000000000000000007074733000000000000000000000000000000000000000000100000080000000010000000100000000000000000000000000000000000000",
    record: { kind: "signal", at: 3311478869934n, who: { pid: 5265, tid: 5265, start: 3311475167900n, parentPid: 5264, parentStart: 3311472389567n, uid: 0, euid: 0, loginUid: undefined, session: undefined, kernelThread: false, dead: true, comm: "sh", tty: "pts/0" }, target: { pid: 5265, tid: 5265, start: 3311475167900n, parentPid: 5264, parentStart: 3311472389567n, uid: 0, euid: 0, loginUid: undefined, session: undefined, kernelThread: false, dead: true, comm: "sh", tty: "pts/0" }, signal: 1, code: 128, group: true, result: 1, disposition: 0, address: undefined },
  },
  {
    name: "SIGSEGV at 0x1234",
    hex:
      "fc08450e0303000004000000e0000000a064990403030000fb58a0f2020300009214000092140000821400000000000000000000ffffffffffffffff00000000707974686f6e33000000000000000000000000000000000000000000000000000000000000000000a064990403030000fb58a0f2020300009214000092140000821400000000000000000000ffffffffffffffff00000000707974686f6e330000000000000000000000000000000000000000000000000000000000000000000b00000001000000000000000000000000000000010000003412000000000000",
    record: { kind: "signal", at: 3311659190524n, who: { pid: 5266, tid: 5266, start: 3311496946848n, parentPid: 5250, parentStart: 3311195412731n, uid: 0, euid: 0, loginUid: undefined, session: undefined, kernelThread: false, dead: false, comm: "python3", tty: undefined }, target: { pid: 5266, tid: 5266, start: 3311496946848n, parentPid: 5250, parentStart: 3311195412731n, uid: 0, euid: 0, loginUid: undefined, session: undefined, kernelThread: false, dead: false, comm: "python3", tty: undefined }, signal: 11, code: 1, group: false, result: 0, disposition: 0, address: 4660n },
  },
  {
    name: "SIGKILL of the OOM killer",
    hex:
      "517dda130303000004000000e0000000cc7f650e03030000fb58a0f202030000bb140000bb140000821400000000000000000000ffffffffffffffff000000007065726c000000000000000000000000000000000000000000000000000000000000000000000000cc7f650e03030000fb58a0f202030000bb140000bb140000821400000000000000000000ffffffffffffffff000000007065726c0000000000000000000000000000000000000000000000000000000000000000000000000900000080000000010000000000000000000000000000000000000000000000",
    record: { kind: "signal", at: 3311752871249n, who: { pid: 5307, tid: 5307, start: 3311661318092n, parentPid: 5250, parentStart: 3311195412731n, uid: 0, euid: 0, loginUid: undefined, session: undefined, kernelThread: false, dead: false, comm: "perl", tty: undefined }, target: { pid: 5307, tid: 5307, start: 3311661318092n, parentPid: 5250, parentStart: 3311195412731n, uid: 0, euid: 0, loginUid: undefined, session: undefined, kernelThread: false, dead: false, comm: "perl", tty: undefined }, signal: 9, code: 128, group: true, result: 0, disposition: 0, address: undefined },
  },
  {
    name: "OOM victim of a memory cgroup",
    hex:
      "f392da130303000005000000c0000000cc7f650e03030000fb58a0f202030000bb140000bb140000821400000000000000000000ffffffffffffffff000000007065726c000000000000000000000000000000000000000000000000000000000000000000000000cc7f650e03030000fb58a0f202030000bb140000bb140000821400000000000000000000ffffffffffffffff000000007065726c000000000000000000000000000000000000000000000000000000000000000000000000",
    record: { kind: "oom", at: 3311752876787n, who: { pid: 5307, tid: 5307, start: 3311661318092n, parentPid: 5250, parentStart: 3311195412731n, uid: 0, euid: 0, loginUid: undefined, session: undefined, kernelThread: false, dead: false, comm: "perl", tty: undefined }, target: { pid: 5307, tid: 5307, start: 3311661318092n, parentPid: 5250, parentStart: 3311195412731n, uid: 0, euid: 0, loginUid: undefined, session: undefined, kernelThread: false, dead: false, comm: "perl", tty: undefined } },
  },
] as const;
