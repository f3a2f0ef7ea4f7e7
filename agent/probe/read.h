/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Two ways to follow a kernel pointer. `direct` is one load, for pointers whose type the verifier knows: arguments of
 * tp_btf programs and what they lead to. Others (bpf_get_current_task before Linux 5.11) cost a helper call a step.
 * `direct` must be a constant: then only one of both is compiled.
 *
 * Functions with loops are global (not static): the verifier looks at such a function once, not at each call with
 * all that comes after it. Loading takes a tenth of the time. They take numbers only, no pointers that it would follow.
 */
#ifndef WHODUNIT_READ_H
#define WHODUNIT_READ_H

#define READ(object, field) (direct ? (object)->field : BPF_CORE_READ(object, field))

#define HAS_CURRENT_TASK_BTF bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)

#endif
