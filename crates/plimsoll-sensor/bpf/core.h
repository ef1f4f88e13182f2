// Reads of the kernel's and the caller's memory that are relocated when the object is loaded.
#pragma once
#include "helpers.h"

// One member behind a pointer that the verifier does not know; zero when it cannot be read.
#define GET(pointer, member)                                                                       \
	({                                                                                         \
		typeof((pointer)->member) value_;                                                  \
		bpf_probe_read_kernel(&value_, sizeof(value_), &(pointer)->member);                \
		value_;                                                                            \
	})

// Whether this kernel has a member, and where it lies in its structure.
#define HAS(pointer, member) __builtin_preserve_field_info((pointer)->member, 2)
#define OFFSET_OF(type, member) __builtin_preserve_field_info(((type *)0)->member, 0)
#define CONTAINER_OF(pointer, type, member) ((type *)((void *)(pointer)-OFFSET_OF(type, member)))

// One member out of a copy of a structure's beginning: reading many bytes at once costs little more
// than reading one member. Where this kernel has it further behind, it is read by itself.
#define PART(copy, pointer, member)                                                                \
	({                                                                                         \
		typeof((pointer)->member) value_;                                                  \
		u32 offset_ = __builtin_preserve_field_info((pointer)->member, 0);                 \
		if (offset_ + sizeof(value_) <= sizeof(copy))                                      \
			value_ = *(typeof(value_) *)((u8 *)&(copy) + offset_);                     \
		else                                                                               \
			bpf_probe_read_kernel(&value_, sizeof(value_), &(pointer)->member);        \
		value_;                                                                            \
	})

// Arguments of the system call that a task is in, from the registers it was made with: they stay as
// they were until it returns.
INLINE u64 argument(struct pt_regs *regs, u32 index)
{
#if defined(__TARGET_ARCH_x86)
	switch (index) {
	case 0: return regs->di;
	case 1: return regs->si;
	case 2: return regs->dx;
	case 3: return regs->r10;
	case 4: return regs->r8;
	default: return regs->r9;
	}
#elif defined(__TARGET_ARCH_arm64)
	return index ? regs->regs[index] : regs->orig_x0;
#else
#error "registers of this architecture are not known"
#endif
}

// Number of the system call that a task is in.
INLINE s32 syscall_number(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return regs->orig_ax;
#else
	return regs->syscallno;
#endif
}

INLINE struct pt_regs *registers(void)
{
	return bpf_task_pt_regs(bpf_get_current_task_btf());
}
