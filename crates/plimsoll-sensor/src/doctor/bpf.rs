//! The few calls of `bpf(2)`, `perf_event_open(2)` and their like that trying things takes.
//!
//! Programs are two instructions: put 1 (or 0) in the result, exit. aya loads programs from objects;
//! trying each type by itself, before there is an object, is simpler with the call itself. The
//! layouts are those of `include/uapi/linux/bpf.h` and `perf_event.h`.

#![expect(unsafe_code, reason = "system calls that no safe crate offers")]

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};

const MAP_CREATE: u32 = 0;
const PROG_LOAD: u32 = 5;
const RAW_TRACEPOINT_OPEN: u32 = 17;
const LINK_CREATE: u32 = 28;
const ITER_CREATE: u32 = 33;

/// `mov r0, imm` and `exit`.
const MOV_R0: u64 = 0xb7;
const EXIT: u64 = 0x95;

/// What the kernel should take.
#[derive(Debug, Clone, Copy, Default)]
pub struct Program {
    pub kind: u32,
    pub attach: u32,
    /// Type in the kernel's BTF that it attaches to; 0 for none.
    pub btf_id: u32,
    /// What it returns: 1 says "go on" to tracepoints and cgroup programs, 0 to security modules.
    pub result: u32,
}

#[repr(C)]
#[derive(Default)]
struct LoadAttr {
    prog_type: u32,
    insn_cnt: u32,
    insns: u64,
    license: u64,
    log_level: u32,
    log_size: u32,
    log_buf: u64,
    kern_version: u32,
    prog_flags: u32,
    prog_name: [u8; 16],
    prog_ifindex: u32,
    expected_attach_type: u32,
    prog_btf_fd: u32,
    func_info_rec_size: u32,
    func_info: u64,
    func_info_cnt: u32,
    line_info_rec_size: u32,
    line_info: u64,
    line_info_cnt: u32,
    attach_btf_id: u32,
}

#[repr(C)]
#[derive(Default)]
struct MapAttr {
    map_type: u32,
    key_size: u32,
    value_size: u32,
    max_entries: u32,
}

#[repr(C)]
#[derive(Default)]
struct RawTracepointAttr {
    name: u64,
    prog_fd: u32,
    padding: u32,
}

#[repr(C)]
#[derive(Default)]
struct LinkAttr {
    prog_fd: u32,
    target_fd: u32,
    attach_type: u32,
    flags: u32,
}

#[repr(C)]
#[derive(Default)]
struct IterAttr {
    link_fd: u32,
    flags: u32,
}

/// As much of `struct perf_event_attr` as version 0 had, and the two words that probes use.
#[repr(C)]
#[derive(Default)]
struct PerfAttr {
    kind: u32,
    size: u32,
    config: u64,
    sample: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup: u32,
    breakpoint_type: u32,
    config1: u64,
    config2: u64,
}

const PERF_IOC_SET_BPF: libc::c_ulong = 0x4004_2408;
const PERF_FLAG_CLOEXEC: libc::c_ulong = 8;

/// Creates a map of a type; it goes with the descriptor.
pub fn map(kind: u32, key: u32, value: u32, entries: u32) -> io::Result<OwnedFd> {
    let attr = MapAttr {
        map_type: kind,
        key_size: key,
        value_size: value,
        max_entries: entries,
    };
    call(MAP_CREATE, &attr)
}

/// Loads a program that does nothing.
pub fn load(program: Program) -> io::Result<OwnedFd> {
    let instructions = [MOV_R0 | (u64::from(program.result) << 32), EXIT];
    let license = c"Dual BSD/GPL";
    let attr = LoadAttr {
        prog_type: program.kind,
        insn_cnt: instructions.len() as u32,
        insns: instructions.as_ptr() as u64,
        license: license.as_ptr() as u64,
        expected_attach_type: program.attach,
        attach_btf_id: program.btf_id,
        ..LoadAttr::default()
    };
    call(PROG_LOAD, &attr)
}

/// Attaches to a raw tracepoint by name, or where the program's BTF id says.
pub fn raw_tracepoint(program: &OwnedFd, name: Option<&CStr>) -> io::Result<OwnedFd> {
    let attr = RawTracepointAttr {
        name: name.map_or(0, |name| name.as_ptr() as u64),
        prog_fd: program.as_raw_fd() as u32,
        padding: 0,
    };
    call(RAW_TRACEPOINT_OPEN, &attr)
}

/// Attaches to a cgroup, or makes the link of an iterator (target 0).
pub fn link(program: &OwnedFd, target: Option<&OwnedFd>, attach: u32) -> io::Result<OwnedFd> {
    let attr = LinkAttr {
        prog_fd: program.as_raw_fd() as u32,
        target_fd: target.map_or(0, |target| target.as_raw_fd() as u32),
        attach_type: attach,
        flags: 0,
    };
    call(LINK_CREATE, &attr)
}

/// Opens an iterator of a link.
pub fn iterator(link: &OwnedFd) -> io::Result<OwnedFd> {
    let attr = IterAttr {
        link_fd: link.as_raw_fd() as u32,
        flags: 0,
    };
    call(ITER_CREATE, &attr)
}

/// Opens a tracepoint's perf event by the number in tracefs and attaches the program to it.
pub fn tracepoint(program: &OwnedFd, id: u64) -> io::Result<OwnedFd> {
    const PERF_TYPE_TRACEPOINT: u32 = 2;
    attach_perf(
        program,
        &PerfAttr {
            kind: PERF_TYPE_TRACEPOINT,
            config: id,
            ..PerfAttr::default()
        },
    )
}

/// Opens a kprobe's perf event (type from sysfs) at a function and attaches the program to it.
pub fn kprobe(program: &OwnedFd, kind: u32, function: &str) -> io::Result<OwnedFd> {
    let name = CString::new(function)?;
    attach_perf(
        program,
        &PerfAttr {
            kind,
            config1: name.as_ptr() as u64,
            ..PerfAttr::default()
        },
    )
}

/// Numbers of the security modules in force, by `lsm_list_modules(2)`.
pub fn security_modules() -> io::Result<Vec<u64>> {
    const SYS_LSM_LIST_MODULES: libc::c_long = 461;
    const MODULES_MAX: usize = 64;
    let mut ids = [0_u64; MODULES_MAX];
    let mut size = size_of_val(&ids) as u32;
    // SAFETY: the kernel writes at most `size` bytes to an array of that size.
    let count = unsafe { libc::syscall(SYS_LSM_LIST_MODULES, ids.as_mut_ptr(), &raw mut size, 0) };
    if count < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(ids.into_iter().take(count as usize).collect())
}

fn attach_perf(program: &OwnedFd, attr: &PerfAttr) -> io::Result<OwnedFd> {
    let attr = PerfAttr {
        size: size_of::<PerfAttr>() as u32,
        ..*attr
    };
    // SAFETY: the kernel reads `size` bytes of a structure that lives through the call, and the
    // name that a kprobe's points to lives in the caller.
    let fd = unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            &raw const attr,
            -1,
            0,
            -1,
            PERF_FLAG_CLOEXEC,
        )
    };
    let event = owned(fd)?;
    // SAFETY: both descriptors are open; the call takes numbers only.
    let done = unsafe { libc::ioctl(event.as_raw_fd(), PERF_IOC_SET_BPF, program.as_raw_fd()) };
    if done < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(event)
}

fn call<T>(command: u32, attr: &T) -> io::Result<OwnedFd> {
    // SAFETY: the kernel reads the given number of bytes of a plain structure that lives through
    // the call; pointers in it point to values that the callers hold.
    let fd = unsafe {
        libc::syscall(
            libc::SYS_bpf,
            libc::c_long::from(command),
            std::ptr::from_ref(attr),
            size_of::<T>(),
        )
    };
    owned(fd)
}

fn owned(fd: libc::c_long) -> io::Result<OwnedFd> {
    let fd = i32::try_from(fd).map_err(io::Error::other)?;
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made this descriptor for us, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
